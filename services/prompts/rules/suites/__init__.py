"""Test suites in promptfoo's YAML: read with lines and columns, checked, expanded into cases.

Nothing is fetched and no file is opened: what a suite refers to is given beside it.
"""
