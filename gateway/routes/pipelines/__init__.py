"""Pipelines, their versions and labels, validation, templates and the schema of definitions."""
