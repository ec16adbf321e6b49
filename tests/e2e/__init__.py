"""A customer's journey through all processes, two tenants always present."""
