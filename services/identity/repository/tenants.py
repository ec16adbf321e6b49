"""The directory of tenants, and which services hold each of them."""

from collections.abc import Iterable

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from services.identity.errors import TenantNotFound
from services.identity.models import Tenant, TenantProvisioning
from services.kit.work import Tx


class Tenants:
    """Tenants by id; the caller's own unless the operator asks."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def add(self, tenant: Tenant, services: Iterable[str]) -> None:
        """Add a tenant and the services that must hold it before it is live."""
        self._tx.session.add(tenant)
        for service in services:
            self._tx.session.add(TenantProvisioning(tenant_id=tenant.id, service=service))

    async def find(self, tenant_id: str, *, lock: bool = False) -> Tenant | None:
        """Return a tenant, locked until the end of the transaction if wanted."""
        query = select(Tenant).where(Tenant.id == tenant_id)
        if lock:
            query = query.with_for_update()
        return (await self._tx.session.execute(query)).scalar_one_or_none()

    async def get(self, tenant_id: str, *, lock: bool = False) -> Tenant:
        """Return a tenant like `find`; raises TenantNotFound."""
        tenant = await self.find(tenant_id, lock=lock)
        if tenant is None:
            raise TenantNotFound("there is no such tenant", tenant_id=tenant_id)
        return tenant

    async def page(self, *, after: str | None, limit: int) -> list[Tenant]:
        """Return tenants of the whole platform, oldest first, from the one after this id."""
        query = select(Tenant).order_by(Tenant.id).limit(limit)
        if after is not None:
            query = query.where(Tenant.id > after)
        return list((await self._tx.session.execute(query)).scalars())

    async def set_provisioned(self, tenant_id: str, service: str) -> None:
        """Record that a service holds the tenant; the first time counts."""
        row = insert(TenantProvisioning).values(
            tenant_id=tenant_id, service=service, provision_time=self._tx.now
        )
        kept = func.coalesce(TenantProvisioning.provision_time, row.excluded.provision_time)
        await self._tx.session.execute(
            row.on_conflict_do_update(
                index_elements=[TenantProvisioning.tenant_id, TenantProvisioning.service],
                set_={"provision_time": kept},
            )
        )

    async def waiting_for(self, tenant_id: str) -> list[str]:
        """Return the services that do not hold the tenant yet."""
        query = select(TenantProvisioning.service).where(
            TenantProvisioning.tenant_id == tenant_id, TenantProvisioning.provision_time.is_(None)
        )
        return list((await self._tx.session.execute(query)).scalars())

    async def rename(self, tenant: Tenant, name: str) -> None:
        """Change the name of a tenant that this transaction has locked."""
        tenant.name, tenant.version, tenant.update_time = name, tenant.version + 1, self._tx.now
        await self._tx.session.flush()

    async def activate(self, tenant: Tenant) -> None:
        """Make a locked tenant live."""
        values = {"state": "live", "version": tenant.version + 1, "update_time": self._tx.now}
        await self._tx.session.execute(update(Tenant).where(Tenant.id == tenant.id).values(values))
