"""Comparing two versions: texts by word, messages, JSON documents, tokens. Pure.

Every comparison is symmetric: compared the other way round, what was added is removed.
"""
