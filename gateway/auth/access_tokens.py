"""Access tokens: JWTs in the profile of RFC 9068, checked here without asking anybody.

Only Ed25519 is believed, whatever the header says, and only keys of identity's key set: `jku`,
`x5u` and `jwk` of a header are never followed. The key set is kept, and read again for a `kid` that
is not in it, at most once in `refetch_s`: made-up kids cost identity next to nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, KeySetSerialization
from joserfc.util import urlsafe_b64decode

from gateway.auth.errors import AccessTokenInvalid
from gateway.tenancy import Principal

AUDIENCE: Final = "promptpilot"
TYPE: Final = "at+jwt"
# RFC 9864's name and the older one of RFC 8037: both mean Ed25519 with the keys that we have.
ALGORITHMS: Final = ("Ed25519", "EdDSA")
_MOST_BYTES: Final = 4096
_LEEWAY_S: Final = 5
_KEPT_S: Final = 300.0
_TEXTS: Final = ("sub", "tid", "sid")
_MASK_BITS: Final = 64


class AccessTokens:
    """Checks access tokens against the key set that `fetch` returns as JSON text."""

    def __init__(
        self,
        fetch: Callable[[], Awaitable[str]],
        *,
        issuer: str,
        refetch_s: float = 10,
        now: Callable[[], float] = time.monotonic,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch
        self._issuer = issuer
        self._refetch_s = refetch_s
        self._now = now
        self._time_of_day = time_of_day
        self._keys = KeySet([])
        self._fetched = float("-inf")
        self._fetching = asyncio.Lock()

    async def verify(self, token: str) -> Principal:
        """Return whom the token stands for, or raise AccessTokenInvalid."""
        if len(token) > _MOST_BYTES:
            raise _refused("is too long")
        header = _header_of(token)
        if header.get("typ") != TYPE or header.get("alg") not in ALGORITHMS:
            raise _refused("is not an access token of ours")
        kid = header.get("kid")
        if not isinstance(kid, str) or not await self._knows(kid):
            raise _refused("is signed by an unknown key")
        try:
            decoded = jwt.decode(token, self._keys, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError, TypeError, KeyError):
            raise _refused("has a wrong signature") from None
        return self._principal(decoded.claims)

    async def _knows(self, kid: str) -> bool:
        """Tell whether the key set has this key, reading it anew when it has not or is old."""
        age = self._now() - self._fetched
        if _has(self._keys, kid) and age < _KEPT_S:
            return True
        if age >= self._refetch_s:
            async with self._fetching:
                if self._now() - self._fetched >= self._refetch_s:
                    await self._read_keys()
        return _has(self._keys, kid)

    async def _read_keys(self) -> None:
        document: KeySetSerialization = orjson.loads(await self._fetch())
        ours = [key for key in document["keys"] if key.get("crv") == "Ed25519"]
        self._keys = KeySet.import_key_set({"keys": ours})
        self._fetched = self._now()

    def _principal(self, claims: dict[str, Any]) -> Principal:
        now = self._time_of_day()
        if claims.get("iss") != self._issuer or claims.get("aud") != AUDIENCE:
            raise _refused("was made by, or for, something else")
        if not _is_number(claims.get("exp")) or not _is_number(claims.get("nbf", 0)):
            raise _refused("has no end")
        if now >= claims["exp"] + _LEEWAY_S:
            raise _refused("has expired")
        if now < claims.get("nbf", 0) - _LEEWAY_S:
            raise _refused("is not good yet")
        mask = claims.get("mask")
        if not all(isinstance(claims.get(name), str) and claims[name] for name in _TEXTS):
            raise _refused("names nobody")
        if type(mask) is not int or not 0 <= mask < 1 << _MASK_BITS:
            raise _refused("has no permissions")
        return Principal(
            tenant_id=claims["tid"],
            actor_id=claims["sub"],
            is_key=False,
            permission_mask=mask,
            environment="",
            session_id=claims["sid"],
            csrf_token="",
            expires=float(claims["exp"]) + _LEEWAY_S,
        )


def _header_of(token: str) -> dict[str, Any]:
    """Read the header without believing it."""
    try:
        header = orjson.loads(urlsafe_b64decode(token.split(".", 1)[0].encode("ascii")))
    except (ValueError, UnicodeError):
        raise _refused("is malformed") from None
    if not isinstance(header, dict):
        raise _refused("is malformed")
    return header


def _has(keys: KeySet, kid: str) -> bool:
    return any(key.kid == kid for key in keys.keys)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refused(why: str) -> AccessTokenInvalid:
    return AccessTokenInvalid(f"The access token {why}.")
