"""What mkdocs runs: pages that are made from the code, so that they cannot grow old."""
