"""What only reads."""

import hmac
from dataclasses import dataclass
from datetime import datetime

from services.identity.errors import ApiKeyInvalid, SigningKeysMissing
from services.identity.models import ApiKey, ApiKeyId, Membership, Tenant, User
from services.identity.repository.accounts import Accounts
from services.identity.repository.api_keys import ApiKeys, ApiKeySecrets
from services.identity.repository.signing_keys import SigningKeys
from services.identity.repository.tenants import Tenants
from services.identity.rules import api_keys as key_rules
from services.identity.rules import signing_keys as signing_rules
from services.identity.rules.roles import Role, mask_of
from services.kit.ids import TenantId, is_id
from services.kit.paging import TimeKey
from services.kit.seal import Sealer
from services.kit.work import Work

# Compared with when a public id is unknown, so that this case does the same work.
_NO_DIGEST = bytes(32)


@dataclass(frozen=True, slots=True)
class KeyPrincipal:
    """Whom an API key stands for."""

    tenant_id: str
    api_key_id: str
    permission_mask: int
    environment: str
    expire_time: datetime | None


@dataclass(frozen=True, slots=True)
class Me:
    """The caller: a person, or an API key, which has no user."""

    user: User | None
    tenant: Tenant
    role: Role


async def authenticate_api_key(work: Work, text: str) -> KeyPrincipal:
    """Return whom a key stands for. Raises ApiKeyInvalid, which never says what is wrong.

    The checksum is looked at before the database: a mistyped or invented key costs nothing.
    """
    key = key_rules.parse_key(text)
    if key is None:
        raise ApiKeyInvalid("the API key is not valid")
    async with work.begin_control() as tx:
        stored = await ApiKeySecrets(tx).find(key.public_id)
        now = tx.now
    expected = _NO_DIGEST if stored is None else stored.secret.digest
    is_same = hmac.compare_digest(expected, key.digest)
    if stored is None or not is_same:
        raise ApiKeyInvalid("the API key is not valid")
    secret = stored.secret
    has_ended = secret.expire_time is not None and secret.expire_time <= now
    if secret.revoke_time is not None or has_ended or stored.tenant_state == "offboarding":
        raise ApiKeyInvalid("the API key is not valid")
    return KeyPrincipal(
        tenant_id=secret.tenant_id,
        api_key_id=secret.api_key_id,
        permission_mask=mask_of(Role(secret.role)),
        environment=secret.environment,
        expire_time=secret.expire_time,
    )


async def get_jwks(work: Work, sealer: Sealer) -> str:
    """Return the JWK set that verifies access tokens, the next key included.

    Raises SigningKeysMissing before the first is made.
    """
    async with work.begin_control() as tx:
        jwks = await SigningKeys(tx, sealer).public_jwks()
    if not jwks:
        raise SigningKeysMissing("the signing keys are being made", retry_after_s=1)
    return signing_rules.key_set(jwks)


async def get_me(work: Work, tenant_id: TenantId, actor_id: str) -> Me:
    """Return who a person or an API key of a tenant is; raises UserNotFound, ApiKeyNotFound."""
    if is_id("key", actor_id):
        async with work.begin(tenant_id) as tx:
            api_key = await ApiKeys(tx).get(ApiKeyId(actor_id))
            return Me(None, await Tenants(tx).get(tenant_id), Role(api_key.role))
    async with work.begin_control() as tx:
        account = await Accounts(tx).get(tenant_id, actor_id)
    return Me(account.user, account.tenant, account.role)


async def get_tenant(work: Work, tenant: TenantId) -> Tenant:
    """Return a tenant; raises TenantNotFound."""
    async with work.begin_control() as tx:
        return await Tenants(tx).get(tenant)


async def list_tenants(work: Work, *, after: str | None, limit: int) -> list[Tenant]:
    """Return tenants of the whole platform, oldest first."""
    async with work.begin_control() as tx:
        return await Tenants(tx).page(after=after, limit=limit)


async def list_members(
    work: Work, tenant: TenantId, *, after: TimeKey | None, limit: int
) -> list[tuple[Membership, User]]:
    """Return the members of a tenant, oldest first."""
    async with work.begin_control() as tx:
        return await Accounts(tx).members(tenant, after=after, limit=limit)


async def get_api_key(work: Work, tenant: TenantId, api_key_id: ApiKeyId) -> ApiKey:
    """Return an API key without its secret; raises ApiKeyNotFound."""
    async with work.begin(tenant) as tx:
        return await ApiKeys(tx).get(api_key_id)


async def list_api_keys(
    work: Work, tenant: TenantId, *, before: str | None, limit: int
) -> list[ApiKey]:
    """Return the tenant's API keys, newest first, revoked ones included."""
    async with work.begin(tenant) as tx:
        return await ApiKeys(tx).page(before=before, limit=limit)
