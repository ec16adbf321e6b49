"""What leaves the process or the event loop.

Password hashing on threads, and pushed invalidations over NATS.
"""

import asyncio
import secrets
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from services.identity.errors import PasswordChecksBusy
from services.identity.settings import PasswordSettings
from services.kit.bus import Bus

_Result = TypeVar("_Result")
_RETRY_S = 1


class Argon2Passwords:
    """argon2id on a few threads.

    What waits for one is bounded: past that, callers are told to come back.

    An unknown user costs the same as a known one: the password is verified against a hash of
    nothing.
    """

    def __init__(self, settings: PasswordSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.time_cost,
            memory_cost=settings.memory_kib,
            parallelism=settings.parallelism,
            type=Type.ID,
        )
        self._threads = ThreadPoolExecutor(settings.threads, thread_name_prefix="argon2")
        self._most = settings.threads + settings.most_waiting
        self._taken = 0
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, password: str) -> str:
        """Return an argon2id hash with its salt and parameters; raises PasswordChecksBusy."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Tell whether a password has this hash; None, for nobody, takes as long.

        Raises PasswordChecksBusy.
        """
        matches = await self._run(lambda: self._matches(password, stored or self._nobody))
        return matches and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    async def close(self) -> None:
        """Let the threads end; what still waits is dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password: str, stored: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        if self._taken >= self._most:
            raise PasswordChecksBusy(
                "too many log-ins at this moment: try again shortly", retry_after_s=_RETRY_S
            )
        self._taken += 1
        loop = asyncio.get_running_loop()
        future = self._threads.submit(work)
        # The place is free when the thread is done, not when an impatient caller has gone away.
        future.add_done_callback(lambda done: self._free(loop, done))
        return await asyncio.wrap_future(future)

    def _free(self, loop: asyncio.AbstractEventLoop, _done: "Future[_Result]") -> None:
        def free() -> None:
            self._taken -= 1

        if not loop.is_closed():
            loop.call_soon_threadsafe(free)


class BusInvalidations:
    """Tells gateways over core NATS to forget what they know.

    Best effort: their caches are short as well.
    """

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def session(self, session_id: str) -> None:
        """Say that a session has ended."""
        await self._bus.hint(f"inv.identity.session.{session_id}")

    async def api_key(self, api_key_id: str) -> None:
        """Say that an API key was revoked."""
        await self._bus.hint(f"inv.identity.api_key.{api_key_id}")
