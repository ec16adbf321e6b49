"""A file for each command of `promptpilot`."""
