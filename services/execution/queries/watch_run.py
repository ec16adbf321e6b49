"""Following a run: numbered events from the table, without gaps, and live deltas between them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Final, Protocol

from services.execution.models import RunId
from services.execution.queries.runs import is_terminal_event, list_run_events
from services.execution.repository.runs import EventView
from services.execution.rules.answers import LiveDelta
from services.kit.ids import TenantId
from services.kit.work import Work

# The safety net under lost hints.
_POLL_S: Final = 1.0
_PAGE: Final = 200


class Feed(Protocol):
    """What is said live about one run."""

    async def wait(self, timeout_s: float) -> None:
        """Return when something was said, or after the time."""
        ...

    def deltas(self) -> list[LiveDelta]:
        """Take the deltas that arrived since, in order."""
        ...


class Feeds(Protocol):
    """Where runs are talked about."""

    def listen(self, tenant: TenantId, run_id: RunId) -> AbstractAsyncContextManager[Feed]:
        """Listen for as long as the block lasts."""
        ...


async def watch_run(
    work: Work, tenant: TenantId, feeds: Feeds, run_id: RunId, *, after: int
) -> AsyncIterator[EventView | LiveDelta]:
    """Yield every event after a number, and deltas as they come; end after the terminal event.

    Listening begins before the first read, so that nothing falls between. Raises RunNotFound.
    """
    async with feeds.listen(tenant, run_id) as feed:
        while True:
            # Deltas first: what they belong to is told by the events that were there before them.
            for delta in feed.deltas():
                yield delta
            has_more = True
            while has_more:
                events, has_more = await list_run_events(
                    work, tenant, run_id, after=after, size=_PAGE
                )
                # What came while they were read was said before they were.
                for delta in feed.deltas():
                    yield delta
                for view in events:
                    after = view.event.sequence
                    yield view
                    if is_terminal_event(view.event.type):
                        return
            if await _has_ended(work, tenant, run_id, after):
                return
            await feed.wait(_POLL_S)


async def _has_ended(work: Work, tenant: TenantId, run_id: RunId, after: int) -> bool:
    """Tell whether the watcher asked to go on after the terminal event itself."""
    if after == 0:
        return False
    before, _ = await list_run_events(work, tenant, run_id, after=after - 1, size=1)
    return bool(before) and is_terminal_event(before[0].event.type)
