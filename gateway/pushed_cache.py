"""Answers of services, kept for a short while and forgotten on a pushed word.

While words arrive (NATS is there) an entry is forgotten at once when its source changes, and lives
at most `ttl_s` in case a word was lost; while they do not, nothing older than `ttl_unpushed_s` is
believed.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Hashable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MOST: Final = 20_000


@dataclass(slots=True)
class _Entry(Generic[V]):
    value: V
    marks: Collection[str]
    weight: int
    since: float


class PushedCache(Generic[K, V]):
    """Key -> value. One question at a time for each key; the least lately used entry goes first.

    `marks_of` names what a value depends on: `forget(mark)` drops all values with that mark.
    `weigh` gives a value's share of `most`.
    """

    def __init__(
        self,
        is_pushed: Callable[[], bool],
        marks_of: Callable[[V], Collection[str]],
        *,
        ttl_s: float,
        ttl_unpushed_s: float,
        weigh: Callable[[V], int] = lambda _: 1,
        most: int = _MOST,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._is_pushed = is_pushed
        self._marks_of = marks_of
        self._ttl_s = ttl_s
        self._ttl_unpushed_s = ttl_unpushed_s
        self._weigh = weigh
        self._most = most
        self._now = now
        self._weight = 0
        self._entries: OrderedDict[K, _Entry[V]] = OrderedDict()
        self._marked: dict[str, set[K]] = {}
        self._asking: dict[K, asyncio.Future[V]] = {}
        # Rises with every word that something changed: an answer asked for before it is not kept.
        self._epoch = 0

    async def get(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        """Return the value: remembered, else asked for. Raises what `ask` does."""
        entry = self._entries.get(key)
        if entry is not None:
            ttl = self._ttl_s if self._is_pushed() else self._ttl_unpushed_s
            if self._now() - entry.since < ttl:
                self._entries.move_to_end(key)
                return entry.value
            self._drop(key)
        asking = self._asking.get(key)
        if asking is None:
            asking = self._asking[key] = asyncio.ensure_future(self._ask(key, ask))
            asking.add_done_callback(lambda done: self._asked(key, done))
        # Shielded: that one caller goes away must not fail the others who wait for the same answer.
        return await asyncio.shield(asking)

    def forget(self, mark: str) -> None:
        """Forget every value that depends on this."""
        self._move_on()
        for key in list(self._marked.get(mark, ())):
            self._drop(key)

    def clear(self) -> None:
        """Forget everything: words may have been missed."""
        self._move_on()
        self._entries.clear()
        self._marked.clear()
        self._weight = 0

    def _move_on(self) -> None:
        self._epoch += 1
        # Whoever comes now asks anew: what is being asked for may be from before the change.
        self._asking.clear()

    async def _ask(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        epoch, since = self._epoch, self._now()
        value = await ask()
        if epoch == self._epoch:
            self._keep(key, value, since)
        return value

    def _asked(self, key: K, done: "asyncio.Future[V]") -> None:
        if self._asking.get(key) is done:
            del self._asking[key]
        if not done.cancelled():
            done.exception()  # seen: whoever asked has got it

    def _keep(self, key: K, value: V, since: float) -> None:
        self._drop(key)
        entry = _Entry(value, self._marks_of(value), self._weigh(value), since)
        if entry.weight > self._most:
            return
        while self._entries and self._weight + entry.weight > self._most:
            self._drop(next(iter(self._entries)))
        self._entries[key] = entry
        self._weight += entry.weight
        for mark in entry.marks:
            self._marked.setdefault(mark, set()).add(key)

    def _drop(self, key: K) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        self._weight -= entry.weight
        for mark in entry.marks:
            keys = self._marked[mark]
            keys.discard(key)
            if not keys:
                del self._marked[mark]
