"""Who answers model calls.

The built-in simulator, and any server that speaks OpenAI's wire format.
"""
