"""Pure decisions: no I/O, no clock, no randomness but as arguments."""
