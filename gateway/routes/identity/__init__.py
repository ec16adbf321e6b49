"""Sign-up, log-in, sessions, tokens, the tenant, its members and API keys."""
