"""What identity's TenantCreated asks for: the tenant's tables."""

from services.execution import events
from services.kit import provisioning
from services.kit.ids import TenantId
from services.kit.work import Tx


async def provision_tenant(tx: Tx, tenant: TenantId) -> None:
    """Make the tenant's tables and say that it is held here; in the inbox's transaction."""
    await provisioning.provision(tx, tenant)
    tx.emit(events.tenant_provisioned(tenant), tenant=tenant)
