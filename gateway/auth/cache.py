"""What credentials proved, remembered for a short while and forgotten on a pushed word.

Secrets are keyed by their SHA-256: the cache holds none. While NATS is there a revocation empties
an entry at once and entries live `ttl_s`; while it is not, nothing older than `ttl_unpushed_s` is
believed.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from gateway.tenancy import Principal

_MOST: Final = 20_000


@dataclass(slots=True)
class _Entry:
    principal: Principal
    since: float


class PrincipalCache:
    """Credential -> principal. One question to identity at a time for each credential."""

    def __init__(
        self,
        is_pushed: Callable[[], bool],
        *,
        ttl_s: float = 60,
        ttl_unpushed_s: float = 5,
        now: Callable[[], float] = time.monotonic,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self._is_pushed = is_pushed
        self._ttl_s = ttl_s
        self._ttl_unpushed_s = ttl_unpushed_s
        self._now = now
        self._time_of_day = time_of_day
        self._entries: OrderedDict[bytes, _Entry] = OrderedDict()
        self._digests: dict[str, set[bytes]] = {}
        self._asking: dict[bytes, asyncio.Future[Principal]] = {}
        # Rises with every word that something ended: an answer asked for before it is not kept.
        self._epoch = 0

    async def get(
        self, secret: str, authenticate: Callable[[str], Awaitable[Principal]]
    ) -> Principal:
        """Return the credential's principal.

        Remembered, else asked for. Raises what `authenticate` does.
        """
        digest = sha256(secret.encode()).digest()
        entry = self._entries.get(digest)
        if entry is not None:
            if self._is_fresh(entry):
                return entry.principal
            self._drop(digest)
        asking = self._asking.get(digest)
        if asking is None:
            asking = asyncio.ensure_future(self._ask(digest, secret, authenticate))
            self._asking[digest] = asking
            asking.add_done_callback(lambda done: self._asked(digest, done))
        # Shielded: that one caller goes away must not fail the others who wait for the same answer.
        return await asyncio.shield(asking)

    def forget(self, credential_id: str) -> None:
        """Forget everything that this key or session proved."""
        self._epoch += 1
        for digest in list(self._digests.get(credential_id, ())):
            self._drop(digest)

    def clear(self) -> None:
        """Forget everything: words may have been missed."""
        self._epoch += 1
        self._entries.clear()
        self._digests.clear()

    async def _ask(
        self, digest: bytes, secret: str, authenticate: Callable[[str], Awaitable[Principal]]
    ) -> Principal:
        epoch = self._epoch
        principal = await authenticate(secret)
        if epoch == self._epoch:
            self._keep(digest, principal)
        return principal

    def _asked(self, digest: bytes, done: "asyncio.Future[Principal]") -> None:
        del self._asking[digest]
        if not done.cancelled():
            done.exception()  # seen: whoever asked has got it

    def _is_fresh(self, entry: _Entry) -> bool:
        ttl = self._ttl_s if self._is_pushed() else self._ttl_unpushed_s
        is_young = self._now() - entry.since < ttl
        return is_young and self._time_of_day() < entry.principal.expires

    def _keep(self, digest: bytes, principal: Principal) -> None:
        while len(self._entries) >= _MOST:
            self._drop(next(iter(self._entries)))
        self._entries[digest] = _Entry(principal, self._now())
        self._digests.setdefault(principal.credential_id, set()).add(digest)

    def _drop(self, digest: bytes) -> None:
        entry = self._entries.pop(digest, None)
        if entry is None:
            return
        credential = entry.principal.credential_id
        known = self._digests.get(credential, set())
        known.discard(digest)
        if not known:
            self._digests.pop(credential, None)
