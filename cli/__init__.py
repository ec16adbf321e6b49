"""`promptpilot`: the command line of operators and developers.

Starts and stops the whole platform on one machine, migrates, creates tenants, says what is wrong,
and runs pipelines.
"""

import services.kit  # noqa: F401 # before gRPC: says how it is to behave when we start children
