"""Killing and wiping parts under load: nothing accepted is lost, nothing is done twice."""
