"""gRPC between our parts: signed context, deadline, permission and errors of every call."""
