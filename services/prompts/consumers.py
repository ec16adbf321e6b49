"""The door for events of other services."""

from collections.abc import Sequence

from promptpilot.identity.v1.events_pb2 import TenantCreated
from services.kit.ids import TenantId
from services.kit.inbox import Subscription
from services.kit.work import Tx
from services.prompts.commands.provision_tenant import provision_tenant
from services.prompts.rules.library import LibraryPrompt


def subscriptions(library: Sequence[LibraryPrompt]) -> list[Subscription]:
    """List what this service listens to; new tenants start with `library`'s defaults."""

    async def on_tenant_created(tx: Tx, event: TenantCreated) -> None:
        await provision_tenant(tx, TenantId(event.tenant_id), library)

    # The tenant's own schema does not exist yet: the transaction starts in schema control.
    return [Subscription(event=TenantCreated, handler=on_tenant_created, scope="control")]
