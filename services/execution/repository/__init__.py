"""All SQL of execution."""
