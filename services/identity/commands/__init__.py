"""What changes something: a file per use case, named as its RPC; each command is one transaction."""
