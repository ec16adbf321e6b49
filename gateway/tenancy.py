"""On whose behalf a request is made.

From what a credential proved to the caller that services see.
"""

from dataclasses import dataclass
from typing import cast

from starlette.requests import Request

from services.kit.caller import Caller, Environment
from services.kit.ids import ActorId, TenantId

READS = frozenset(("GET", "HEAD", "OPTIONS"))


@dataclass(frozen=True, slots=True)
class Principal:
    """What a credential proved.

    `csrf_token` is set for browser sessions only. `expires` is the end of the credential itself, in
    seconds since 1970; infinity when it has none.
    """

    tenant_id: str
    actor_id: str
    is_key: bool
    permission_mask: int
    environment: str
    session_id: str
    csrf_token: str
    expires: float

    @property
    def credential_id(self) -> str:
        """What a revocation names: the key, or the session."""
        return self.actor_id if self.is_key else self.session_id


def caller_of(principal: Principal, method: str, request_id: str) -> Caller:
    """Return the caller of a request.

    Reads carry no request id: the signed context of the same caller is then the same for half a
    minute and is neither signed nor verified again for each; they are found in logs by their trace.
    """
    return Caller(
        tenant=TenantId(principal.tenant_id),
        actor=ActorId(principal.actor_id),
        kind="key" if principal.is_key else "user",
        permission_mask=principal.permission_mask,
        environment=cast("Environment", principal.environment),
        request_id="" if method in READS else request_id,
        session_id=principal.session_id,
    )


def remember_principal(request: Request, principal: Principal) -> None:
    """Keep the principal with the request, for the few handlers that ask."""
    request.scope["principal"] = principal


def credential_of(request: Request) -> str:
    """Return what a revocation names of the request's caller, "" for anonymous ones."""
    principal: Principal | None = request.scope.get("principal")
    return principal.credential_id if principal is not None else ""


def csrf_token_of(request: Request) -> str:
    """Return the CSRF token of the request's browser session, "" for other callers."""
    principal: Principal | None = request.scope.get("principal")
    return principal.csrf_token if principal is not None else ""


def client_address(request: Request) -> str:
    """Return the address that the request came from, "" when it is not known.

    Behind proxies that `settings.trusted_proxies` names it is the one they forward.
    """
    client = request.scope.get("client")
    return client[0] if client else ""
