"""What the servicers work with, put together once by `app`."""

from dataclasses import dataclass

from services.identity.commands.open_session import SessionOpener
from services.identity.commands.ports import Invalidations, Passwords
from services.identity.settings import IdentitySettings
from services.kit.seal import Sealer
from services.kit.work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Parts:
    """The service's own parts. `fingerprint_key` keeps passwords out of stored request hashes."""

    work: UnitOfWork
    settings: IdentitySettings
    passwords: Passwords
    invalidations: Invalidations
    opener: SessionOpener
    sealer: Sealer
    fingerprint_key: bytes
