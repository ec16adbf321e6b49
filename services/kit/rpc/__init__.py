"""gRPC between our parts: a signed context, a deadline, a permission and one error vocabulary on every call."""
