"""Who is calling: the signed context that travels with every RPC, and that every service checks.

The gateway mints it from an authenticated request; a service mints its own for its outgoing calls,
for the caller it serves or for itself. It lives in the metadata key `pp-context-bin`:

    version (1 byte, 1) | issuer length (1 byte) | issuer | Ed25519 signature (64 bytes) | payload

The payload is a JSON array in the order of `_encode`. The signature covers everything else, so
nothing is parsed before it is believed.
"""

import base64
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Literal, Self, TypeVar

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.kit.errors import Unauthenticated
from services.kit.ids import ActorId, TenantId

METADATA_KEY: Final = "pp-context-bin"
LIFETIME_S: Final = 60
# How far the clocks of two machines may be apart.
CLOCK_SKEW_S: Final = 5
# Grants are bits 8..62 of a mask; below are the numbers that name kinds of callers.
EVERY_GRANT: Final = (1 << 63) - (1 << 8)

_VERSION: Final = 1
_DOMAIN: Final = b"promptpilot context\x00"
_SIGNATURE_BYTES: Final = 64
_MOST_BYTES: Final = 2048
_MOST_REMEMBERED: Final = 4096
# A minted token is used again for the same caller while at least this much of its life is left.
_FRESH_S: Final = 30

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

CallerKind = Literal["anonymous", "user", "key", "service"]
Environment = Literal["test", "live", ""]
_KINDS: Final = frozenset(("anonymous", "user", "key", "service"))
_ENVIRONMENTS: Final = frozenset(("test", "live", ""))


class ContextInvalid(Unauthenticated):
    """The call carries no context, or one that is forged, expired or from an unknown part."""

    reason = "CONTEXT_INVALID"


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


class ContextSigner:
    """Mints contexts in the name of one part.

    `issuer` is the part's name, as others know its public key.
    """

    def __init__(
        self, issuer: str, private_key_b64: str, *, now: Callable[[], float] = time.time
    ) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(base64.b64decode(private_key_b64))
        name = issuer.encode()
        self._head = bytes((_VERSION, len(name))) + name
        self._now = now
        self._minted: dict[Caller, tuple[float, bytes]] = {}

    def mint(self, caller: Caller) -> bytes:
        """Sign the caller into a token that is good for at most 60 s and at least 30 s from now."""
        now = self._now()
        known = self._minted.get(caller)
        if known is not None and now < known[0]:
            return known[1]
        payload = _encode(caller, int(now))
        signature = self._key.sign(_DOMAIN + self._head + payload)
        token = self._head + signature + payload
        _remember(self._minted, caller, (now + LIFETIME_S - _FRESH_S, token))
        return token


class ContextVerifier:
    """Checks contexts against the public keys of the parts that are believed.

    `public_keys` has them by the part's name, as base64 of 32 bytes.
    """

    def __init__(
        self, public_keys: Mapping[str, str], *, now: Callable[[], float] = time.time
    ) -> None:
        self._keys = {
            issuer.encode(): Ed25519PublicKey.from_public_bytes(base64.b64decode(key))
            for issuer, key in public_keys.items()
        }
        self._now = now
        self._verified: dict[bytes, tuple[float, Caller]] = {}

    def verify(self, token: bytes) -> Caller:
        """Return the caller that a known part vouches for; ContextInvalid for anything else."""
        now = self._now()
        known = self._verified.get(token)
        if known is None:
            payload = self._authentic_payload(token)
            issued, expires, caller = _decode(payload)
            if issued > now + CLOCK_SKEW_S or expires - issued > LIFETIME_S:
                raise ContextInvalid("the signed context is not valid yet, or for too long")
            known = (expires + CLOCK_SKEW_S, caller)
            _remember(self._verified, token, known)
        if now >= known[0]:
            self._verified.pop(token, None)
            raise ContextInvalid("the signed context has expired")
        return known[1]

    def _authentic_payload(self, token: bytes) -> bytes:
        if len(token) > _MOST_BYTES or len(token) < 2 or token[0] != _VERSION:
            raise ContextInvalid("the signed context is malformed")
        head_end = 2 + token[1]
        head, rest = token[:head_end], token[head_end:]
        signature, payload = rest[:_SIGNATURE_BYTES], rest[_SIGNATURE_BYTES:]
        key = self._keys.get(head[2:])
        if key is None:
            raise ContextInvalid("the signed context is from an unknown part")
        try:
            key.verify(signature, _DOMAIN + head + payload)
        except InvalidSignature:
            raise ContextInvalid("the signed context's signature is wrong") from None
        return payload


def generate_key_pair() -> tuple[str, str]:
    """Make an Ed25519 pair for one part: (private, public), base64 of 32 bytes each."""
    private = Ed25519PrivateKey.generate()
    return (
        base64.b64encode(private.private_bytes_raw()).decode(),
        base64.b64encode(private.public_key().public_bytes_raw()).decode(),
    )


def _encode(caller: Caller, issued: int) -> bytes:
    return orjson.dumps(
        (
            issued,
            issued + LIFETIME_S,
            caller.tenant,
            caller.actor,
            caller.kind,
            caller.permission_mask,
            caller.environment,
            caller.request_id,
            caller.session_id,
        )
    )


def _decode(payload: bytes) -> tuple[int, int, Caller]:
    """Read an authentic payload. It can still be of a newer shape than ours: then it is refused."""
    try:
        issued, expires, tenant, actor, kind, mask, environment, request_id, session_id = (
            orjson.loads(payload)
        )
        if kind not in _KINDS or environment not in _ENVIRONMENTS:
            raise ContextInvalid("the signed context is of an unknown shape")
        caller = Caller(tenant, actor, kind, int(mask), environment, request_id, session_id)
        return int(issued), int(expires), caller
    except (ValueError, TypeError):
        raise ContextInvalid("the signed context is of an unknown shape") from None


def _remember(table: dict[_Key, _Value], key: _Key, value: _Value) -> None:
    """Keep one more entry, the oldest making room: all of them expire within a minute anyway."""
    if len(table) >= _MOST_REMEMBERED:
        table.pop(next(iter(table)))
    table[key] = value
