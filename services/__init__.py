"""PromptPilot's services.

They meet only in `promptpilot.*` contracts: never import one from another.
"""
