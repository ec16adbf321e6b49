"""The events that identity publishes: ids only, no personal data."""

from promptpilot.identity.v1 import events_pb2 as pb
from services.identity.models import ApiKey, Session, Tenant, User
from services.identity.rules.sessions import EndReason

MAIN_DATABASE = "main"


def tenant_created(tenant: Tenant) -> pb.TenantCreated:
    """Say that a tenant was made: every service provisions it."""
    return pb.TenantCreated(tenant_id=tenant.id, database=MAIN_DATABASE)


def tenant_activated(tenant: Tenant) -> pb.TenantActivated:
    """Say that every service holds the tenant."""
    return pb.TenantActivated(tenant_id=tenant.id)


def user_signed_up(user: User, tenant: Tenant) -> pb.UserSignedUp:
    """Say that a person signed up."""
    return pb.UserSignedUp(tenant_id=tenant.id, user_id=user.id)


def session_revoked(session: Session, reason: EndReason) -> pb.SessionRevoked:
    """Say that a session ended before its time."""
    return pb.SessionRevoked(
        tenant_id=session.tenant_id, session_id=session.id, reason=reason.value
    )


def api_key_created(tenant_id: str, api_key: ApiKey) -> pb.ApiKeyCreated:
    """Say that an API key was made."""
    return pb.ApiKeyCreated(tenant_id=tenant_id, api_key_id=api_key.id)


def api_key_revoked(tenant_id: str, api_key: ApiKey) -> pb.ApiKeyRevoked:
    """Say that an API key was revoked."""
    return pb.ApiKeyRevoked(tenant_id=tenant_id, api_key_id=api_key.id)
