"""What billing decides.

What a use of a model costs, and which days a range of time is made of. Pure.
"""
