"""Tenants as a service sees them.

Its replica of the directory, and the schema that holds a tenant's content.

A tenant's tables carry the schema name `TENANT_SCHEMA`, which never exists: only the map that
`work.begin(tenant)` puts on the connection turns it into the tenant's own schema, so that a
forgotten map fails instead of reaching somebody's data.
"""

from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit.control import Tenants
from services.kit.errors import NotFound, Unavailable
from services.kit.ids import TenantId, is_id

TENANT_SCHEMA: Final = "__tenant__"


class TenantNotFound(NotFound):
    """No such tenant."""

    reason = "TENANT_NOT_FOUND"


class TenantNotReady(Unavailable):
    """The tenant is being set up in this service; it takes a moment."""

    reason = "TENANT_NOT_READY"


def schema_of(tenant: str) -> str:
    """Return the name of the tenant's schema: safe to stand in SQL, whatever the input was."""
    if not is_id("ten", tenant):
        raise TenantNotFound("there is no such tenant", tenant=tenant[:64])
    return f"t_{tenant.removeprefix('ten_')}"


class Directory:
    """Which tenants this service holds.

    Only open ones are remembered, so a new tenant is seen at once.
    """

    def __init__(self) -> None:
        self._open: set[str] = set()

    async def require(self, connection: AsyncConnection, tenant: TenantId) -> None:
        """Pass when the tenant's schema is here and set up; raises TenantNotReady."""
        if tenant in self._open:
            return
        query = select(Tenants.state).where(Tenants.tenant_id == tenant)
        state = (await connection.execute(query)).scalar_one_or_none()
        if state in (None, "provisioning"):
            raise TenantNotReady("the tenant is being set up", retry_after_s=1, tenant=tenant)
        self._open.add(tenant)
