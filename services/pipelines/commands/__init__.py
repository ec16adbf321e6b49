"""What changes pipelines: a file per use case, each command one transaction."""
