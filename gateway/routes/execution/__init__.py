"""Runs and their live events, model calls, model providers."""
