"""API keys.

The digest in schema `control`, where it is found before the tenant is known, and the rest in the
tenant's schema.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from services.identity.errors import ApiKeyNotFound
from services.identity.models import ApiKey, ApiKeyId, ApiKeySecret, Tenant
from services.identity.rules.api_keys import KeyText
from services.kit.work import Tx


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """What the database knows about a public id."""

    secret: ApiKeySecret
    tenant_state: str


class ApiKeySecrets:
    """Digests of keys, of all tenants: a key says by itself whose it is."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def find(self, public_id: str) -> StoredSecret | None:
        """Return what is stored for a public id, whatever its state."""
        query = (
            select(ApiKeySecret, Tenant.state)
            .join(Tenant, Tenant.id == ApiKeySecret.tenant_id)
            .where(ApiKeySecret.public_id == public_id)
        )
        row = (await self._tx.session.execute(query)).one_or_none()
        return None if row is None else StoredSecret(row[0], row[1])


class ApiKeys:
    """The API keys of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, api_key: ApiKey, key: KeyText) -> None:
        """Add a key and the digest of its secret."""
        self._tx.session.add(api_key)
        self._tx.session.add(
            ApiKeySecret(
                public_id=key.public_id,
                api_key_id=api_key.id,
                tenant_id=self._tx.tenant,
                digest=key.digest,
                role=api_key.role,
                environment=api_key.environment,
                expire_time=api_key.expire_time,
            )
        )
        await self._tx.session.flush()

    async def get(self, api_key_id: ApiKeyId, *, lock: bool = False) -> ApiKey:
        """Return a key; raises ApiKeyNotFound."""
        query = select(ApiKey).where(ApiKey.id == api_key_id)
        if lock:
            query = query.with_for_update()
        api_key = (await self._tx.session.execute(query)).scalar_one_or_none()
        if api_key is None:
            raise ApiKeyNotFound("there is no such API key", api_key_id=api_key_id)
        return api_key

    async def page(self, *, before: str | None, limit: int) -> list[ApiKey]:
        """Return keys, newest first, from the one before this id."""
        query = select(ApiKey).order_by(ApiKey.id.desc()).limit(limit)
        if before is not None:
            query = query.where(ApiKey.id < before)
        return list((await self._tx.session.execute(query)).scalars())

    async def revoke(self, api_key: ApiKey, now: datetime) -> None:
        """Refuse a key from now on."""
        api_key.revoke_time = now
        gone = ApiKeySecret.api_key_id == api_key.id, ApiKeySecret.tenant_id == self._tx.tenant
        await self._tx.session.execute(update(ApiKeySecret).where(*gone).values(revoke_time=now))
        await self._tx.session.flush()
