"""The JSON Schema of a run's input, written by the pipeline's author: valid, and cheap to check by.

A schema's references are followed whenever an input is checked. Two references in each of forty
definitions would be 2^40 checks, a recursive one multiplies with the depth of the input: so the
schema is measured with its references followed, and recursive ones are refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import jsonschema_rs

from services.pipelines.rules.faults import Fault, Path, written

# Objects of the schema, each counted as often as references lead to it.
MAX_PARTS: Final = 2_000

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
# Keywords whose members are named by the author, and those whose values are data.
_NAME_MAPS: Final = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"}
)
_DATA: Final = frozenset({"const", "enum", "default", "examples"})
_UNUSABLE: Final = frozenset({"$dynamicRef", "$recursiveRef"})


class _RefusedError(Exception):
    """The schema cannot be taken: path inside it, kind of fault, and what is wrong."""

    def __init__(self, path: Path, code: str, message: str) -> None:
        super().__init__(message)
        self.fault = Fault(written(("input", *path)), "", code, message)


def input_schema_faults(definition: Any) -> Iterator[Fault]:
    """Find what keeps the schema of a run's input from being used; one fault at most."""
    schema = definition.get("input") if isinstance(definition, dict) else None
    if not isinstance(schema, dict):
        return
    try:
        if schema.get("$schema", _DIALECT) != _DIALECT:
            raise _RefusedError(("$schema",), "wrong_type", f"must be {_DIALECT}, or left out")
        _Measure(schema).check()
        _compile(schema)
    except _RefusedError as error:
        yield error.fault
    except RecursionError:
        yield Fault("input", "", "limit", "has references in too long a chain: write it flatter")


def _compile(schema: dict[str, Any]) -> None:
    try:
        # Linear-time regular expressions only: a pattern can never hang a worker.
        options = jsonschema_rs.RegexOptions()
        jsonschema_rs.validator_for(schema, pattern_options=options, offline=True)
    except jsonschema_rs.ValidationError as error:
        message = f"is not a valid JSON Schema: {error.message}"
        raise _RefusedError(tuple(error.instance_path), "wrong_type", message) from None
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise _RefusedError((), "wrong_type", f"is not a valid JSON Schema: {error}") from None


class _Measure:
    """Counts the parts of one schema with its references followed."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._known: dict[str, int] = {}
        self._open: set[str] = set()

    def check(self) -> None:
        """Raise _RefusedError unless the schema is small enough."""
        if self._parts(self._root, (), is_names=False) > MAX_PARTS:
            message = (
                f"is larger than {MAX_PARTS:,} parts once its references are followed: simplify it"
            )
            raise _RefusedError((), "limit", message)

    def _parts(self, node: Any, path: Path, *, is_names: bool) -> int:
        if isinstance(node, list):
            return sum(
                self._parts(member, (*path, index), is_names=False)
                for index, member in enumerate(node)
            )
        if not isinstance(node, dict):
            return 0
        if is_names:
            return sum(
                self._parts(member, (*path, name), is_names=False) for name, member in node.items()
            )
        return 1 + sum(self._member(name, member, (*path, name)) for name, member in node.items())

    def _member(self, name: str, member: Any, path: Path) -> int:
        if name in _DATA:
            return 0
        if name in _UNUSABLE or (name == "$id" and len(path) > 1):
            raise _RefusedError(path, "wrong_type", f"{name} is not supported here: remove it")
        if name == "$ref":
            return self._followed(member, path)
        return self._parts(member, path, is_names=name in _NAME_MAPS)

    def _followed(self, reference: Any, path: Path) -> int:
        if not isinstance(reference, str) or not reference.startswith("#"):
            message = "must lead to a part of the same schema, such as #/$defs/address"
            raise _RefusedError(path, "wrong_type", message)
        if reference in self._open:
            message = f"leads back to itself: recursive schemas are not supported ({reference})"
            raise _RefusedError(path, "cycle", message)
        if reference not in self._known:
            self._open.add(reference)
            where = _pointer(reference)
            # Past the limit it does not matter how large exactly.
            parts = self._parts(self._target(reference, where, path), where, is_names=False)
            self._known[reference] = min(parts, MAX_PARTS + 1)
            self._open.discard(reference)
        return self._known[reference]

    def _target(self, reference: str, where: Path, path: Path) -> Any:
        node: Any = self._root
        for name in where:
            node = node.get(name) if isinstance(node, dict) else None
        if not isinstance(node, dict | bool) or (reference != "#" and reference[1:2] != "/"):
            raise _RefusedError(path, "unknown_reference", f"leads nowhere: {reference}")
        return node


def _pointer(reference: str) -> Path:
    """Return the path that a reference such as `#/$defs/a~1b` names."""
    escaped = reference.removeprefix("#").split("/")[1:]
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in escaped)
