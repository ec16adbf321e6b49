"""Pure decisions of identity: no I/O, and clock and randomness only as arguments."""
