"""What changes billing: a file per use case, each command one transaction."""
