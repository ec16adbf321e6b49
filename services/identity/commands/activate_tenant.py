"""A tenant goes live when the last service holds it."""

from services.identity import events
from services.identity.repository.tenants import Tenants
from services.kit.ids import TenantId
from services.kit.work import Tx


async def record_provisioned(tx: Tx, tenant_id: str, service: str) -> None:
    """Note that a service holds the tenant; make the tenant live when none is missing.

    Part of the event's transaction.
    """
    tenants = Tenants(tx)
    # Locked: of two services that answer at once, the second sees the first's row.
    tenant = await tenants.get(tenant_id, lock=True)
    await tenants.set_provisioned(tenant_id, service)
    if tenant.state == "provisioning" and not await tenants.waiting_for(tenant_id):
        await tenants.activate(tenant)
        tx.emit(events.tenant_activated(tenant), tenant=TenantId(tenant_id))
