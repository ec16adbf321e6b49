"""gRPC between our parts.

A signed context, a deadline, a permission and one error vocabulary on every call.
"""
