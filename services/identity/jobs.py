"""What the clock does: rotate signing keys, remove what has expired."""

import asyncio
import random
from datetime import timedelta
from typing import Final

import structlog

from services.identity.commands.keyring import Keyring
from services.identity.commands.remove_expired import remove_expired
from services.kit.errors import Unavailable
from services.kit.work import UnitOfWork

# Ended sessions are kept this long, so that a refresh token that comes late is still told apart.
_KEPT: Final = timedelta(days=7)

_log = structlog.get_logger("identity.jobs")


class Jobs:
    """Runs the jobs at once and then again and again; any number of replicas may do so."""

    def __init__(self, work: UnitOfWork, keyring: Keyring, interval_s: float) -> None:
        self._work = work
        self._keyring = keyring
        self._interval_s = interval_s

    async def run(self) -> None:
        """Run for ever. A database that is away is waited for."""
        while True:
            try:
                await self.run_once()
            except Unavailable as error:
                _log.warning("jobs.waiting", reason=error.reason)
            # Replicas started together do not stay together.
            spread = random.uniform(0.8, 1.2)  # noqa: S311 # no secret
            await asyncio.sleep(self._interval_s * spread)

    async def run_once(self) -> None:
        """Run each job once."""
        if await self._keyring.rotate(self._work):
            _log.info("jobs.signing_key_rotated")
        await remove_expired(self._work, _KEPT)
