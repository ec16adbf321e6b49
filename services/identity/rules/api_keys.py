"""The form of an API key: `pp_<test|live>_<8 public id><32 secret><6 CRC-32>`, all in base 62.

The checksum lets a gateway, and a secret scanner, tell a mistyped key from a real one without
asking
anybody; the 32 characters of the secret hold 190 random bits, so that SHA-256 alone is the right
digest.
"""

import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Final

from services.identity.errors import EnvironmentNotHeld, ExpiryTooLate, RoleTooWide
from services.identity.rules.roles import Role, holds_all, mask_of

BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PUBLIC_ID_LENGTH: Final = 8
SECRET_LENGTH: Final = 32
CHECKSUM_LENGTH: Final = 6
LAST_LENGTH: Final = 4

_FORM: Final = re.compile(
    r"pp_(test|live)_([0-9A-Za-z]{8})[0-9A-Za-z]{32}([0-9A-Za-z]{6})", re.ASCII
)


class Environment(StrEnum):
    """Which world a key belongs to: the simulator or the tenant's real providers."""

    TEST = "test"
    LIVE = "live"


@dataclass(frozen=True, slots=True)
class KeyText:
    """A whole API key and its parts. `digest` is what is stored; `text` is shown once."""

    text: str
    environment: Environment
    public_id: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the whole key: 32 bytes."""
        return sha256(self.text.encode()).digest()

    @property
    def prefix(self) -> str:
        """What a log may show."""
        return f"pp_{self.environment}_{self.public_id}"

    @property
    def last_four(self) -> str:
        """The last four characters.

        Part of the checksum, so that they give away nothing of the secret.
        """
        return self.text[-LAST_LENGTH:]

    def __repr__(self) -> str:
        """Show no secret, wherever this ends up."""
        return f"KeyText({self.prefix}…{self.last_four})"


def make_key(environment: Environment, choose: Callable[[str], str]) -> KeyText:
    """Make a key; `choose` draws one character of an alphabet (`secrets.choice`)."""
    public_id = "".join(choose(BASE62) for _ in range(PUBLIC_ID_LENGTH))
    secret = "".join(choose(BASE62) for _ in range(SECRET_LENGTH))
    body = f"pp_{environment}_{public_id}{secret}"
    return KeyText(body + checksum(body), environment, public_id)


def parse_key(text: str) -> KeyText | None:
    """Return the parts of a key, None when its form or its checksum is wrong."""
    match = _FORM.fullmatch(text)
    if match is None or checksum(text[:-CHECKSUM_LENGTH]) != match.group(3):
        return None
    return KeyText(text, Environment(match.group(1)), match.group(2))


def checksum(body: str) -> str:
    """Return the CRC-32 of what comes before it, as six digits in base 62."""
    value = zlib.crc32(body.encode())
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        value, digit = divmod(value, len(BASE62))
        digits = BASE62[digit] + digits
    return digits


@dataclass(frozen=True, slots=True)
class Creator:
    """Who creates a key.

    `environment` and `expire_time` are set when the creator is itself a key.
    """

    permission_mask: int
    environment: Environment | None
    expire_time: datetime | None


def may_create(
    creator: Creator, *, role: Role, environment: Environment, expire_time: datetime | None
) -> None:
    """Refuse a key that would hold more than its creator does: permissions, environment or time."""
    if not holds_all(creator.permission_mask, mask_of(role)):
        raise RoleTooWide(f"the role {role} holds permissions that you do not", role=role)
    if creator.environment is not None and environment is not creator.environment:
        text = f"a {creator.environment} key cannot create a {environment} key"
        raise EnvironmentNotHeld(text, environment=environment)
    outlives = expire_time is None or (
        creator.expire_time is not None and expire_time > creator.expire_time
    )
    if creator.expire_time is not None and outlives:
        raise ExpiryTooLate(
            "a key cannot outlive the key that creates it: set an earlier expire_time"
        )
