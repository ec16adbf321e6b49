"""Identifiers: a prefix that says what it names, and a UUIDv7 that sorts by time.

Form: `<prefix>_<26 characters>`, the characters being Crockford base32 in lower case of the 128
bits of a UUIDv7 (RFC 9562), as in the TypeID specification. They are text everywhere: in proto,
SQL and JSON. Ids name things; none is a secret.
"""

import os
import re
import threading
import time
from hashlib import sha256
from typing import Final, NewType

from services.kit.errors import InvalidArgument

TenantId = NewType("TenantId", str)
ActorId = NewType("ActorId", str)

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_RANDOM_BITS: Final = 74
_STEP_MASK: Final = (1 << 40) - 1
_FORM: Final = re.compile(r"([a-z]{3})_([0-7][0-9a-hjkmnp-tv-z]{25})")


class _Sequence:
    """UUIDv7 values that only grow, within one process.

    In a new millisecond all 74 random bits are fresh. In the same one, or when the clock was set
    back, the random bits of the last value grow by a random step (RFC 9562, section 6.2,
    method 2): what was made later sorts later, and the next id cannot be foretold.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # Milliseconds in the upper bits, the 74 random bits below.
        self._last = 0

    def next(self, millis: int) -> int:
        entropy = int.from_bytes(os.urandom(10), "big")
        fresh = millis << _RANDOM_BITS | entropy >> (80 - _RANDOM_BITS)
        with self._lock:
            if fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS:
                # A step that overflows the random bits borrows the next millisecond.
                fresh = self._last + 1 + (entropy & _STEP_MASK)
            self._last = fresh
        random = fresh & (1 << _RANDOM_BITS) - 1
        return (
            fresh >> _RANDOM_BITS << 80
            | 0x7 << 76
            | random >> 62 << 64
            | 0b10 << 62
            | random & (1 << 62) - 1
        )


_sequence: Final = _Sequence()


def new_id(prefix: str) -> str:
    """Make an id that sorts after every id that this process made before.

    Ids of other processes sort by the millisecond they were made in. `prefix` is three lower-case
    letters.
    """
    return f"{prefix}_{_encode(_sequence.next(time.time_ns() // 1_000_000))}"


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
