"""What execution does: a file for each use case."""
