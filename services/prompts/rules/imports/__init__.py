"""Prompts that come in from files: a module per format, and what all of them share.

Pure: bytes in, drafts out. Every input may be hostile: each module says its bounds.
"""
