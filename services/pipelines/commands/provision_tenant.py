"""What identity's TenantCreated asks for: the tenant's tables."""

from services.kit import provisioning
from services.kit.ids import TenantId
from services.kit.work import Tx
from services.pipelines import events


async def provision_tenant(tx: Tx, tenant: TenantId) -> None:
    """Make the tenant's tables and say that the tenant is held here; in the inbox's transaction.

    A new tenant has no pipelines: it starts from templates.
    """
    await provisioning.provision(tx, tenant)
    tx.emit(events.tenant_provisioned(tenant), tenant=tenant)
