"""What execution tells: a file for each thing it is asked about."""
