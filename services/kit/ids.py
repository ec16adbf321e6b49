"""Identifiers: a prefix that says what it names, and a UUIDv7 that sorts by time.

Form: `<prefix>_<26 characters>`, the characters being Crockford base32 in lower case of the 128
bits of a UUIDv7 (RFC 9562), as in the TypeID specification. They are text everywhere: in proto,
SQL and JSON.
"""

import os
import re
import time
from hashlib import sha256
from typing import Final, NewType

from services.kit.errors import InvalidArgument

TenantId = NewType("TenantId", str)
ActorId = NewType("ActorId", str)

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_FORM: Final = re.compile(r"([a-z]{3})_([0-7][0-9a-hjkmnp-tv-z]{25})")


def new_id(prefix: str) -> str:
    """Make an id that sorts after every id made in an earlier millisecond."""
    millis = time.time_ns() // 1_000_000
    rand = int.from_bytes(os.urandom(10), "big")
    value = (
        (millis << 80) | (0x7 << 76) | ((rand >> 68) << 64) | (0b10 << 62) | (rand & (1 << 62) - 1)
    )
    return f"{prefix}_{_encode(value)}"


def derived_id(prefix: str, *parts: str) -> str:
    """Make the id that these parts always give: for effects that must happen once."""
    digest = sha256("\x1f".join(parts).encode()).digest()
    return f"{prefix}_{_encode(int.from_bytes(digest[:16], 'big'))}"


def parse_id(prefix: str, text: str, *, field: str) -> str:
    """Return the text if it is an id of this kind; else InvalidArgument that names the field."""
    match = _FORM.fullmatch(text)
    if match is None or match.group(1) != prefix:
        raise InvalidArgument.of_field(
            field, f"must be an id of the form {prefix}_ and 26 characters"
        )
    return text


def is_id(prefix: str, text: str) -> bool:
    """Tell whether the text has the form of an id of this kind."""
    match = _FORM.fullmatch(text)
    return match is not None and match.group(1) == prefix


def _encode(value: int) -> str:
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
