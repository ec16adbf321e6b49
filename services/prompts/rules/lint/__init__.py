"""Lint: what is wrong, risky or wasteful in a draft. A file for each group of rules.

A rule is a function from what is linted to findings. Errors are what saving would refuse, by the
same checks; all else is advice. Every rule takes time linear in the length of the texts.
"""
