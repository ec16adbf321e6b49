"""Everything outside: models, tokens, other services, the bus."""
