"""A tenant goes live when the last service holds it."""

import structlog

from services.identity import events
from services.identity.repository.tenants import Tenants
from services.kit.ids import TenantId
from services.kit.work import Tx

_log = structlog.get_logger("identity.activate_tenant")


async def record_provisioned(tx: Tx, tenant_id: str, service: str) -> None:
    """Note that a service holds the tenant; make the tenant live when none is missing.

    Part of the event's transaction. A tenant that the directory does not have, as after a restore
    from an older backup, has nothing to wait for: trying the event again would not bring it back.
    """
    tenants = Tenants(tx)
    # Locked: of two services that answer at once, the second sees the first's row.
    tenant = await tenants.find(tenant_id, lock=True)
    if tenant is None:
        _log.warning("tenant.unknown", tenant=tenant_id, provisioned_by=service)
        return
    await tenants.set_provisioned(tenant_id, service)
    if tenant.state == "provisioning" and not await tenants.waiting_for(tenant_id):
        await tenants.activate(tenant)
        tx.emit(events.tenant_activated(tenant), tenant=TenantId(tenant_id))
