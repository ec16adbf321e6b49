"""Between contract messages and the domain, both ways."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity import models
from services.identity.commands.authenticate_session import SessionPrincipal
from services.identity.commands.open_session import Credentials
from services.identity.queries import KeyPrincipal
from services.identity.rules import accounts
from services.identity.rules.api_keys import Environment
from services.identity.rules.roles import Role
from services.identity.rules.sessions import SessionKind

_ROLES = {pb.Role.Value(f"ROLE_{role.name}"): role for role in Role}
_ENVIRONMENTS = {pb.ENVIRONMENT_TEST: Environment.TEST, pb.ENVIRONMENT_LIVE: Environment.LIVE}
_KINDS = {
    pb.SESSION_KIND_TOKEN: SessionKind.TOKEN,
    pb.SESSION_KIND_BROWSER: SessionKind.BROWSER,
}


def to_role(role: pb.Role.ValueType) -> Role | None:
    """Return the role; None for unspecified and for numbers that nobody knows."""
    return _ROLES.get(role)


def to_environment(environment: pb.Environment.ValueType) -> Environment | None:
    """Return the environment; None for unspecified and for numbers that nobody knows."""
    return _ENVIRONMENTS.get(environment)


def to_kind(kind: pb.SessionKind.ValueType) -> SessionKind | None:
    """Return the kind of session; None for unspecified and for numbers that nobody knows."""
    return _KINDS.get(kind)


def from_role(role: Role) -> pb.Role.ValueType:
    """Return the role's number in the contract."""
    return pb.Role.Value(f"ROLE_{role.name}")


def from_environment(environment: str) -> pb.Environment.ValueType:
    """Return the number of "test" or "live"; unspecified for anything else."""
    by_name = {each.value: number for number, each in _ENVIRONMENTS.items()}
    return by_name.get(environment, pb.ENVIRONMENT_UNSPECIFIED)


def from_time(time: datetime | None) -> Timestamp | None:
    """Return a time; None stays unset."""
    if time is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp


def from_tenant(tenant: models.Tenant) -> pb.Tenant:
    """Return a tenant as its people see it."""
    return pb.Tenant(
        id=tenant.id,
        name=tenant.name,
        state=pb.TenantState.Value(f"TENANT_STATE_{tenant.state.upper()}"),
        create_time=from_time(tenant.create_time),
        update_time=from_time(tenant.update_time),
        etag=accounts.etag(tenant.version),
    )


def from_user(user: models.User) -> pb.User:
    """Return a person, without the password's hash."""
    return pb.User(
        id=user.id,
        email=user.email,
        display_name=user.display_name,
        create_time=from_time(user.create_time),
    )


def from_member(membership: models.Membership, user: models.User) -> pb.Member:
    """Return a person's place in a tenant."""
    return pb.Member(
        user=from_user(user),
        role=from_role(Role(membership.role)),
        create_time=from_time(membership.create_time),
    )


def from_credentials(credentials: Credentials) -> pb.SessionTokens:
    """Return what a client goes on with."""
    return pb.SessionTokens(
        session_id=credentials.session_id,
        access_token=credentials.access_token,
        access_token_lifetime_s=credentials.access_token_lifetime_s,
        refresh_token=credentials.refresh_token,
        browser_token=credentials.browser_token,
        csrf_token=credentials.csrf_token,
        expire_time=from_time(credentials.expire_time),
    )


def from_session_principal(principal: SessionPrincipal) -> pb.Principal:
    """Return whom a browser session stands for; its environment is chosen with each call."""
    return pb.Principal(
        tenant_id=principal.tenant_id,
        actor_id=principal.user_id,
        permission_mask=principal.permission_mask,
        environment=pb.ENVIRONMENT_UNSPECIFIED,
        session_id=principal.session_id,
        expire_time=from_time(principal.expire_time),
        csrf_token=principal.csrf_token,
    )


def from_key_principal(principal: KeyPrincipal) -> pb.Principal:
    """Return whom an API key stands for."""
    return pb.Principal(
        tenant_id=principal.tenant_id,
        actor_id=principal.api_key_id,
        permission_mask=principal.permission_mask,
        environment=from_environment(principal.environment),
        expire_time=from_time(principal.expire_time),
    )


def from_api_key(api_key: models.ApiKey) -> pb.ApiKey:
    """Return an API key without its secret."""
    return pb.ApiKey(
        id=api_key.id,
        name=api_key.name,
        environment=from_environment(api_key.environment),
        role=from_role(Role(api_key.role)),
        prefix=api_key.prefix,
        last_four=api_key.last_four,
        create_time=from_time(api_key.create_time),
        creator_id=api_key.creator_id,
        expire_time=from_time(api_key.expire_time),
        revoke_time=from_time(api_key.revoke_time),
    )
