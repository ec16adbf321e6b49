"""A service of two tables, to test the kit with."""
