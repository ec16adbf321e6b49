"""Events from other services: each says when it holds a tenant."""

from promptpilot.billing.v1 import events_pb2 as billing
from promptpilot.execution.v1 import events_pb2 as execution
from promptpilot.pipelines.v1 import events_pb2 as pipelines
from promptpilot.prompts.v1 import events_pb2 as prompts
from services.identity.commands.activate_tenant import record_provisioned
from services.kit.inbox import Handler, Subscription
from services.kit.work import Tx

_PROVISIONED = {
    "prompts": prompts.TenantProvisioned,
    "pipelines": pipelines.TenantProvisioned,
    "execution": execution.TenantProvisioned,
    "billing": billing.TenantProvisioned,
}


def subscriptions() -> list[Subscription]:
    """Return what identity listens to."""
    return [
        Subscription(event=event, handler=_on_provisioned(service), scope="control")
        for service, event in _PROVISIONED.items()
    ]


def _on_provisioned(service: str) -> Handler:
    async def on_tenant_provisioned(
        tx: Tx,
        event: prompts.TenantProvisioned
        | pipelines.TenantProvisioned
        | execution.TenantProvisioned
        | billing.TenantProvisioned,
    ) -> None:
        await record_provisioned(tx, event.tenant_id, service)

    return on_tenant_provisioned
