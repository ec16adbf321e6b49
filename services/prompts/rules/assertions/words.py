"""Texts as JavaScript sees them, so that counts and comparisons come out as in promptfoo."""

import json
import re
from typing import Any, Final

# The white space of ECMAScript: Python's \s has four more characters and lacks U+FEFF.
SPACE: Final = (
    "\\t\\n\\v\\f\\r \\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff"
)
_SPACES: Final = re.compile(f"[{SPACE}]+")
_ENDS: Final = re.compile(f"\\A[{SPACE}]+|[{SPACE}]+\\Z")
_LAST_OF_ONE_UNIT: Final = "\uffff"
# From here on JavaScript writes numbers with an exponent.
_BIG: Final = 1e21


def as_text(value: Any) -> str:
    """Return a text as it is, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def as_string(value: Any) -> str:
    """Return what JavaScript's `String(value)` gives of a JSON value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, list):
        return ",".join("" if item is None else as_string(item) for item in value)
    return "[object Object]"


def trimmed(text: str) -> str:
    """Return the text without white space at its ends."""
    return _ENDS.sub("", text)


def split(text: str) -> list[str]:
    """Return the words of a text; of an empty one, one empty word."""
    return _SPACES.split(trimmed(text))


def units(text: str) -> str:
    """Return the text with every character beyond U+FFFF as its two UTF-16 units."""
    if text.isascii() or max(text) <= _LAST_OF_ONE_UNIT:
        return text
    data = text.encode("utf-16-le", "surrogatepass")
    return "".join(map(chr, memoryview(data).cast("H")))


def same(left: Any, right: Any) -> bool:
    """Tell whether two JSON values are equal; true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right)


def _number(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < _BIG:
        value = int(value)
    return re.sub(r"e([+-])0", r"e\1", repr(value))
