"""Token counts without a network: the vocabulary, and counting with it."""
