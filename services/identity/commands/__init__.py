"""What changes something.

A file per use case, named as its RPC; each command is one transaction.
"""
