"""The signed context: who is calling, as it travels with every RPC and as every service checks it.

The gateway mints it from an authenticated request; a service mints its own for its outgoing calls,
for the caller it serves or for itself. It lives in the metadata key `pp-context-bin`:

    version (1 byte, 1) | issuer length (1 byte) | issuer | Ed25519 signature (64 bytes) | payload

The payload is a JSON array in the order of `_encode`. The signature covers everything else, so
nothing is parsed before it is believed.
"""

import base64
import time
from collections.abc import Callable, Mapping
from typing import Final, TypeVar

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.kit.caller import Caller
from services.kit.errors import Unauthenticated

METADATA_KEY: Final = "pp-context-bin"
LIFETIME_S: Final = 60
# How far the clocks of two machines may be apart.
CLOCK_SKEW_S: Final = 5

_VERSION: Final = 1
_DOMAIN: Final = b"promptpilot context\x00"
_SIGNATURE_BYTES: Final = 64
_MOST_BYTES: Final = 2048
_MOST_REMEMBERED: Final = 4096
# A minted token is used again for the same caller while at least this much of its life is left.
_FRESH_S: Final = 30

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_KINDS: Final = frozenset(("anonymous", "user", "key", "service"))
_ENVIRONMENTS: Final = frozenset(("test", "live", ""))


class ContextInvalid(Unauthenticated):
    """The call carries no context, or one that is forged, expired or from an unknown part."""

    reason = "CONTEXT_INVALID"


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
