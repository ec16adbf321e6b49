"""Definitions as text.

Read as strict JSON, with faults that name line and column, and hashed in one canonical form.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import orjson

from services.pipelines.rules.faults import Fault, Path, written

# The whole definition, in bytes of UTF-8.
MAX_DEFINITION_BYTES: Final = 1_000_000
# Objects and lists inside each other. Deeper than any definition needs, and far from where parsers
# break.
MAX_DEPTH: Final = 64
# What PostgreSQL, JavaScript's big integers and every client library agree on.
_INTEGER_LIMIT: Final = 2**63


@dataclass(frozen=True, slots=True)
class Document:
    """A definition that is JSON.

    Its value, its text without insignificant space, and the hash of its canonical form.
    """

    value: Any
    text: str
    hash: str


class _Repeating(dict[str, Any]):
    """An object whose text named the same key twice: JSON parsers disagree on what that means."""

    repeated: str = ""


def parse(text: str) -> tuple[Document | None, list[Fault]]:
    """Read a definition's text: the document, or the faults that keep it from being one."""
    if len(text.encode(errors="replace")) > MAX_DEFINITION_BYTES:
        return None, [
            _fault("limit", f"is over {MAX_DEFINITION_BYTES:,} bytes: split the pipeline")
        ]
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        return None, [_fault("wrong_type", f"is not JSON: {error.msg} at {where}")]
    except RecursionError:
        return None, [_too_deep()]
    except ValueError:
        return None, [_fault("wrong_type", f"is not JSON: {_where_not_json(text)}")]
    faults = list(_unusable(value, ()))
    if faults:
        return None, faults
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Document(value, compact, canonical_hash(value)), []


def canonical_hash(value: Any) -> str:
    """Hash JSON whatever its spaces and the order of its keys: SHA-256, hex."""
    canonical = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(canonical.encode()).hexdigest()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    seen: set[str] = set()
    repeating = _Repeating(made)
    for name, _ in pairs:
        if name in seen:
            repeating.repeated = name
        seen.add(name)
    return repeating


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _where_not_json(text: str) -> str:
    """Say where the text stops being JSON.

    For what Python's parser takes, or refuses, without telling where.
    """
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return f"no value at line {error.lineno}, column {error.colno}"
    return "it holds a number of too many digits"


def _unusable(value: Any, path: Path) -> Iterator[Fault]:
    """Find what JSON's grammar allows and no store, schema or template could carry."""
    if len(path) > MAX_DEPTH:
        yield _too_deep(path)
    elif isinstance(value, str):
        yield from _unusable_text(value, path)
    elif isinstance(value, dict):
        if isinstance(value, _Repeating):
            yield _fault(
                "duplicate_id", f"names the key '{value.repeated}' twice: keep one of them", path
            )
        for name, member in value.items():
            yield from _unusable_text(name, path)
            yield from _unusable(member, (*path, name))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _unusable(member, (*path, index))
    elif isinstance(value, float) and not math.isfinite(value):
        yield _fault("limit", "is a number too large to keep: write it smaller, or as text", path)
    elif isinstance(value, int) and not -_INTEGER_LIMIT <= value < _INTEGER_LIMIT:
        yield _fault("limit", "is an integer of more than 64 bits: write it as text", path)


def _unusable_text(text: str, path: Path) -> Iterator[Fault]:
    if "\x00" in text:
        yield _fault(
            "wrong_type", "holds the character U+0000, which cannot be stored: remove it", path
        )
    try:
        text.encode()
    except UnicodeEncodeError:
        yield Fault(
            "",
            "",
            "wrong_type",
            "holds half a surrogate pair (\\ud800 to \\udfff): write the whole character",
        )


def _too_deep(path: Path = ()) -> Fault:
    return _fault("limit", f"is nested more than {MAX_DEPTH} levels deep: make it flatter", path)


def _fault(code: str, message: str, path: Path = ()) -> Fault:
    return Fault(written(path), "", code, message)
