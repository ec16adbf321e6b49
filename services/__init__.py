"""PromptPilot's services.

They meet only in `promptpilot.*` contracts: never import one from another.
"""

import os

# We fork only to start another program at once. gRPC's own fork handlers would run in the child
# before that, and they crash one child in three while calls are in flight. gRPC reads this when it
# is imported, and this package is imported before it by every part of ours.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
