"""What credentials proved, remembered for a short while and forgotten when they are revoked.

Secrets are keyed by their SHA-256: the cache holds none.
"""

import time
from collections.abc import Awaitable, Callable
from hashlib import sha256

from gateway.pushed_cache import PushedCache
from gateway.tenancy import Principal


class PrincipalCache:
    """Credential -> principal. One question to identity at a time for each credential."""

    def __init__(
        self,
        is_pushed: Callable[[], bool],
        *,
        now: Callable[[], float] = time.monotonic,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self._time_of_day = time_of_day
        self._cache = PushedCache[bytes, Principal](
            is_pushed,
            lambda principal: (principal.credential_id,),
            ttl_s=60,
            ttl_unpushed_s=5,
            now=now,
        )

    async def get(
        self, secret: str, authenticate: Callable[[str], Awaitable[Principal]]
    ) -> Principal:
        """Return the credential's principal.

        Remembered, else asked for. Raises what `authenticate` does.
        """
        digest = sha256(secret.encode()).digest()
        principal = await self._cache.get(digest, lambda: authenticate(secret))
        if self._time_of_day() >= principal.expires:
            self._cache.forget(principal.credential_id)
            principal = await self._cache.get(digest, lambda: authenticate(secret))
        return principal

    def forget(self, credential_id: str) -> None:
        """Forget everything that this key or session proved."""
        self._cache.forget(credential_id)

    def clear(self) -> None:
        """Forget everything: words may have been missed."""
        self._cache.clear()
