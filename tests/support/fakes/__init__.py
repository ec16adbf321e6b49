"""Stand-ins for what we do not own; each passes the test of the real one."""
