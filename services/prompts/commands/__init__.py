"""What changes prompts: a file per use case, each command one transaction."""
