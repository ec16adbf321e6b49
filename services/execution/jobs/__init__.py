"""Doors that open by themselves: the worker that runs runs."""
