"""The door of events: those of other services that change something here."""

from datetime import UTC

from promptpilot.execution.v1.events_pb2 import UsageRecorded
from promptpilot.execution.v1.execution_pb2 import MODE_TEST
from promptpilot.identity.v1.events_pb2 import TenantCreated
from services.billing.commands.book_usage import Use, book_usage
from services.billing.commands.provision_tenant import provision_tenant
from services.billing.commands.quote_use import Catalogue
from services.billing.rules.costs import Rates, Tokens
from services.kit.ids import TenantId
from services.kit.inbox import Subscription
from services.kit.work import Tx


def subscriptions(catalogue: Catalogue, fallback: Rates) -> list[Subscription]:
    """Return what billing listens to."""

    async def on_usage_recorded(tx: Tx, event: UsageRecorded) -> None:
        await book_usage(tx, use_of(event), catalogue, fallback)

    return [
        Subscription(TenantCreated, _on_tenant_created, scope="control"),
        Subscription(UsageRecorded, on_usage_recorded),
    ]


async def _on_tenant_created(tx: Tx, event: TenantCreated) -> None:
    await provision_tenant(tx, TenantId(event.tenant_id))


def use_of(event: UsageRecorded) -> Use:
    """Translate the event. A mode that nobody named is paid for: only test mode is free."""
    return Use(
        usage_id=event.usage_id,
        run_id=event.run_id,
        step_id=event.step_id,
        attempt=event.attempt,
        call_id=event.call_id,
        pipeline_id=event.pipeline_id,
        pipeline_version=event.pipeline_version,
        prompt_id=event.prompt_id,
        prompt_version=event.prompt_version,
        provider=event.provider,
        model=event.model,
        is_test=event.mode == MODE_TEST,
        tokens=Tokens.counted(
            given=event.usage.input_tokens,
            cached=event.usage.cached_input_tokens,
            answered=event.usage.output_tokens,
            reasoned=event.usage.reasoning_tokens,
        ),
        occur_time=event.occur_time.ToDatetime(tzinfo=UTC),
    )
