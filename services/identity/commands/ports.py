"""What commands need from outside the database; implemented in `adapters`, chosen in `app`."""

from typing import Protocol


class Passwords(Protocol):
    """Hashes and verifies passwords, in bounded time and number."""

    async def hash(self, password: str) -> str:
        """Return what is stored instead of the password."""
        ...

    async def verify(self, password: str, stored: str | None) -> bool:
        """Tell whether the password has this hash.

        None, for an unknown user, is False and takes as long.
        """
        ...

    def needs_rehash(self, stored: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        ...


class Invalidations(Protocol):
    """Tells every gateway.

    At once but without promise, that something it remembers is no longer so.
    """

    async def session(self, session_id: str) -> None:
        """Say that a session has ended."""
        ...

    async def api_key(self, api_key_id: str) -> None:
        """Say that an API key was revoked."""
        ...
