"""Pure decisions: what a definition means, and what happens next in a run."""
