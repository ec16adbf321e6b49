"""Assertions: what an output must be like, in promptfoo's words. A file for each family of types.

A rule is a function from a `Case` to a `Verdict`; `not-`, weights and thresholds are put on top of
it in one place (`check.py`, `scores.py`). No rule runs code from data, reads a file or the network,
and each is bounded: the bound stands beside it.
"""
