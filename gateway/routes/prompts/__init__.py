"""Prompts, their versions and labels, and the fast fetch of what a label stands for."""
