"""The figures of DESIGN section 9.

Printed beside the floor measured in the same run, never asserted.
"""
