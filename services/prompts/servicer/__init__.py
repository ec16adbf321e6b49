"""The gRPC door: translate the request, call one command or query, translate the answer back."""
