"""Identity: who may do what.

Owns users, tenants and their directory, memberships and system roles, browser and token sessions,
the keys that sign access tokens, and API keys. RPCs: `promptpilot.identity.v1.IdentityService`.
Publishes TenantCreated (on which every service provisions the tenant), TenantActivated,
UserSignedUp, SessionRevoked, ApiKeyCreated, ApiKeyRevoked; hears each service's TenantProvisioned.
Pushes `inv.identity.session.<id>` and `inv.identity.api_key.<id>` over core NATS, so that gateways
forget a revoked credential at once.
"""
