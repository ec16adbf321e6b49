"""The gRPC door: translate, call one command or query, translate back."""
