"""The door that speaks Langfuse's public API: prompts, and what its SDKs ask beside them."""
