"""On whose behalf this code runs: a user, an API key, one of our own parts, or nobody yet.

The server's border sets it for each RPC, `acting_as` for background work; servicers, logs and
calls to other parts read it. How it travels: `rpc/context.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Literal, Self

from services.kit.ids import ActorId, TenantId

# Grants are bits 8..62 of a mask; below are the numbers that name kinds of callers.
EVERY_GRANT: Final = (1 << 63) - (1 << 8)

CallerKind = Literal["anonymous", "user", "key", "service"]
Environment = Literal["test", "live", ""]


@dataclass(frozen=True, slots=True)
class Caller:
    """On whose behalf a call is made.

    `permission_mask` has bit n set for permission number n of `options.proto`. `tenant` is None
    where there is none yet (sign-up, log-in) or the call is about all of them. `environment` is ""
    where neither test nor live was chosen. `session_id` is "" for callers that have none.
    """

    tenant: TenantId | None
    actor: ActorId
    kind: CallerKind
    permission_mask: int = 0
    environment: Environment = ""
    request_id: str = ""
    session_id: str = ""

    @classmethod
    def anonymous(cls, request_id: str = "") -> Self:
        """Make the caller that has not logged in."""
        return cls(tenant=None, actor=ActorId("anonymous"), kind="anonymous", request_id=request_id)

    @classmethod
    def service(
        cls,
        name: str,
        tenant: TenantId | None = None,
        *,
        environment: Environment = "",
        request_id: str = "",
    ) -> Self:
        """Make the caller that one of our parts is when nobody else asked; it holds every grant."""
        return cls(
            tenant=tenant,
            actor=ActorId(f"service:{name}"),
            kind="service",
            permission_mask=EVERY_GRANT,
            environment=environment,
            request_id=request_id,
        )

    def holds(self, permission: int) -> bool:
        """Tell whether the caller's mask has the bit of this permission number."""
        return bool(self.permission_mask >> permission & 1)


_caller: ContextVar[Caller] = ContextVar("caller")


def current_caller() -> Caller:
    """Return on whose behalf this code runs. LookupError outside an RPC and outside `acting_as`."""
    try:
        return _caller.get()
    except LookupError:
        raise LookupError("no caller: neither inside an RPC nor inside acting_as(...)") from None


def current_tenant() -> TenantId:
    """Return the tenant that this code works for. LookupError where there is none.

    An RPC that asks for a grant is never entered without a tenant.
    """
    tenant = current_caller().tenant
    if tenant is None:
        raise LookupError("the caller has no tenant")
    return tenant


def find_caller() -> Caller | None:
    """Return on whose behalf this code runs, None when on nobody's: for logs."""
    return _caller.get(None)


def become(caller: Caller) -> None:
    """Set the caller for the rest of this task.

    For the server's border, where each RPC has its own task.
    """
    _caller.set(caller)


@contextmanager
def acting_as(caller: Caller) -> Iterator[Caller]:
    """Run background work on behalf of a caller.

    As in `with acting_as(Caller.service("execution", tenant)):`.
    """
    token = _caller.set(caller)
    try:
        yield caller
    finally:
        _caller.reset(token)
