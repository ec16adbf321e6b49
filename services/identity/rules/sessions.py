"""Sessions: their secrets, how long they live, and when a refresh token gives one away."""

import base64
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

_TOKEN_BYTES: Final = 32
_CSRF_LABEL: Final = b"promptpilot csrf token v1"
# Prefixes let a secret scanner find them.
_BROWSER_PREFIX: Final = "ppb_"
_REFRESH_PREFIX: Final = "ppr_"
_TOKEN_MOST: Final = 200


class SessionKind(StrEnum):
    """Tokens for programs, or one opaque cookie for the console."""

    TOKEN = "token"  # noqa: S105 # a kind of session, not a secret
    BROWSER = "browser"


class EndReason(StrEnum):
    """Why a session was revoked."""

    LOGGED_OUT = "logged_out"
    REFRESH_TOKEN_REUSED = "refresh_token_reused"  # noqa: S105 # a reason, not a secret


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long a session lives without being used, and at most."""

    idle: timedelta
    absolute: timedelta


def make_token(kind: SessionKind, randomness: Callable[[int], bytes]) -> str:
    """Make the opaque secret of a session: 256 random bits behind a prefix."""
    prefix = _BROWSER_PREFIX if kind is SessionKind.BROWSER else _REFRESH_PREFIX
    return prefix + _base64url(randomness(_TOKEN_BYTES))


def digest_of(token: str) -> bytes:
    """Return what is stored instead of the token: its SHA-256, 32 bytes."""
    return sha256(token.encode()).digest()


def is_plausible(token: str, kind: SessionKind) -> bool:
    """Tell whether it is worth asking the database about this token."""
    prefix = _BROWSER_PREFIX if kind is SessionKind.BROWSER else _REFRESH_PREFIX
    return token.startswith(prefix) and len(token) <= _TOKEN_MOST


def csrf_token(browser_token: str) -> str:
    """Derive what state-changing requests must echo.

    Only who has the cookie can, and it is stored nowhere.
    """
    return _base64url(hmac.new(browser_token.encode(), _CSRF_LABEL, sha256).digest())


def idle_end(now: datetime, expire_time: datetime, lifetimes: Lifetimes) -> datetime:
    """Return when a session used now ends unless it is used again: never after its absolute end."""
    return min(now + lifetimes.idle, expire_time)


def is_worth_touching(now: datetime, idle_expire_time: datetime, lifetimes: Lifetimes) -> bool:
    """Tell whether to write that a session was used.

    Not at every request, but after a 60th of its idle time.
    """
    return now + lifetimes.idle - idle_expire_time >= lifetimes.idle / 60


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
