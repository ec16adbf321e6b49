"""The platform on one machine.

Embedded PostgreSQL and NATS, every part as a child process of one supervisor.
"""
