"""JSON texts: read strictly, and written in one canonical form.

Canonical: UTF-8, keys sorted, no spaces. Numbers beyond IEEE 754 doubles, NaN, lone surrogates, NUL
characters and nesting deeper than 200 are refused, so that what is accepted here can be stored and
sent on anywhere.
"""

import re
from typing import Final

import orjson

# A NUL character in canonical JSON: an escape that is not itself escaped.
_NUL: Final = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class DocumentError(Exception):
    """The text is not a JSON document that we take; the message is for the caller."""


def parse(text: str | bytes, *, most: int) -> object:
    """Read a JSON text of at most `most` bytes. Raises DocumentError."""
    raw = text.encode() if isinstance(text, str) else text
    if len(raw) > most:
        raise DocumentError(f"must have at most {most:,} bytes, has {len(raw):,}")
    try:
        value: object = orjson.loads(raw)
        written = canonical(value)
    except orjson.JSONDecodeError as problem:
        raise DocumentError(f"is not valid JSON: {problem}") from problem
    except TypeError as problem:  # orjson writes at most 254 levels
        raise DocumentError("is nested too deeply") from problem
    if _NUL.search(written):
        raise DocumentError("must not contain the NUL character")
    return value


def canonical(value: object) -> bytes:
    """Write a JSON value in the one form in which equal values are equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def is_same(one: object, other: object) -> bool:
    """Tell whether two JSON values are equal: 1 equals 1.0, and true is not 1."""
    if _is_number(one) and _is_number(other):
        return one == other
    return canonical(one) == canonical(other)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
