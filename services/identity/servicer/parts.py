"""What the servicers work with, put together once by `app`."""

from dataclasses import dataclass

from services.identity.commands.open_session import SessionOpener
from services.identity.commands.ports import Invalidations, Passwords
from services.identity.settings import IdentitySettings
from services.kit.errors import PermissionDenied
from services.kit.ids import TenantId
from services.kit.rpc.context import Caller, current_caller
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


def calling_tenant() -> tuple[Caller, TenantId]:
    """Return who calls, and their tenant; a caller without one may see nothing of any."""
    caller = current_caller()
    if caller.tenant is None:
        raise PermissionDenied("this needs a tenant")
    return caller, caller.tenant
