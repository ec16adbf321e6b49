"""The door of events: those of other services that change something here."""

from promptpilot.identity.v1.events_pb2 import TenantCreated
from services.execution.commands.provision_tenant import provision_tenant
from services.kit.ids import TenantId
from services.kit.inbox import Subscription
from services.kit.work import Tx


async def on_tenant_created(tx: Tx, event: TenantCreated) -> None:
    """Make the new tenant's tables."""
    await provision_tenant(tx, TenantId(event.tenant_id))


def subscriptions() -> list[Subscription]:
    """Return what execution listens to."""
    return [Subscription(TenantCreated, on_tenant_created, scope="control")]
