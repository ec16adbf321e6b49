"""The published JSON Schema of definitions, and its verdicts as faults that people understand."""

import json
from collections.abc import Callable, Iterator, Mapping
from importlib.resources import files
from typing import Any, Final

import jsonschema_rs

from services.pipelines.rules.faults import Fault, Path, one_of, suggestion, written

DEFINITION_SCHEMA_TEXT: Final = (
    files("services.pipelines.rules").joinpath("data/definition.schema.json").read_text("utf-8")
)
DEFINITION_SCHEMA: Final[dict[str, Any]] = json.loads(DEFINITION_SCHEMA_TEXT)

# Linear-time regular expressions only: a pattern of a definition can never hang a worker.
_PATTERNS: Final = jsonschema_rs.RegexOptions()
_VALIDATOR: Final = jsonschema_rs.validator_for(
    DEFINITION_SCHEMA, pattern_options=_PATTERNS, offline=True
)

_PATTERN_REMEDIES: Final = {
    "id": "must be a lower-case letter, then at most 62 lower-case letters, digits and underscores",
    "label": "must be 1 to 36 of a-z 0-9 _ . - and begin with a letter or digit",
    "url": "must begin with http:// or https://, or with an expression",
    "headers": "must be the name of a header: letters, digits and hyphens",
}
_TYPE_NAMES: Final = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def schema_faults(definition: Any) -> Iterator[Fault]:
    """Check a definition against the schema, member by member; a fault may come twice."""
    for error in _VALIDATOR.iter_errors(definition):
        yield from _translated(error, definition)


def _translated(error: jsonschema_rs.ValidationError, definition: Any) -> Iterator[Fault]:
    path: Path = tuple(error.instance_path)
    details = error.kind.as_dict()
    step_id = step_id_at(path, definition)
    match error.kind.name:
        case "required":
            name = details["property"]
            yield Fault(
                written((*path, name)),
                step_id,
                "missing_field",
                f"is missing: add '{name}'{_hint(error, name)}",
            )
        case "additionalProperties":
            known = _known_names(error)
            for name in details["unexpected"]:
                remedy = suggestion(name, known, otherwise="remove it")
                yield Fault(
                    written((*path, name)), step_id, "unknown_field", f"is not known here: {remedy}"
                )
        case kind:
            code, message = _MESSAGES.get(kind, _other)(error, details)
            yield Fault(written(path), step_id, code, message)


def step_id_at(path: Path, definition: Any) -> str:
    """Return the id of the step that a path leads into.

    Empty when it leads into none that has one.
    """
    match path:
        case ("steps", int(index), *_):
            step = definition["steps"][index]
            found = step.get("id") if isinstance(step, dict) else None
            return found if isinstance(found, str) else ""
    return ""


def _subschema(error: jsonschema_rs.ValidationError) -> dict[str, Any]:
    """Return the schema object that holds the keyword which failed."""
    node: Any = DEFINITION_SCHEMA
    for part in error.schema_path[:-1]:
        node = node[part]
    return node if isinstance(node, dict) else {}


def _known_names(error: jsonschema_rs.ValidationError) -> list[str]:
    return list(_subschema(error).get("properties", {}))


def _hint(error: jsonschema_rs.ValidationError, name: str) -> str:
    member = _subschema(error).get("properties", {}).get(name, {})
    examples = member.get("examples", [member["const"]] if "const" in member else [])
    return f", such as {json.dumps(examples[0], ensure_ascii=False)}" if examples else ""


def _type(_: jsonschema_rs.ValidationError, details: Mapping[str, Any]) -> tuple[str, str]:
    names = [_TYPE_NAMES.get(name, name) for name in details["types"]]
    return "wrong_type", "must be " + " or ".join(names)


def _enum(error: jsonschema_rs.ValidationError, details: Mapping[str, Any]) -> tuple[str, str]:
    options = [str(option) for option in details["options"]]
    remedy = suggestion(str(error.instance), options)
    hint = f"; {remedy}" if remedy.startswith("did you mean") else ""
    return "wrong_type", f"must be {one_of(options)}{hint}"


def _constant(_: jsonschema_rs.ValidationError, details: Mapping[str, Any]) -> tuple[str, str]:
    return "wrong_type", f"must be {json.dumps(details['expected_value'])}"


def _pattern(error: jsonschema_rs.ValidationError, _: Mapping[str, Any]) -> tuple[str, str]:
    # The last name of either path that has a remedy: an id may be reached through a $ref.
    for part in (*reversed(error.schema_path), *reversed(error.instance_path)):
        if part in _PATTERN_REMEDIES:
            return "wrong_type", _PATTERN_REMEDIES[str(part)]
    return "wrong_type", f"does not have the right form: {error.message}"


def _property_names(
    _: jsonschema_rs.ValidationError, details: Mapping[str, Any]
) -> tuple[str, str]:
    # Headers are the only members whose names have a form.
    return "wrong_type", f"{details['error'].instance!r} {_PATTERN_REMEDIES['headers']}"


def _limit(
    text: str,
) -> Callable[[jsonschema_rs.ValidationError, Mapping[str, Any]], tuple[str, str]]:
    def message(_: jsonschema_rs.ValidationError, details: Mapping[str, Any]) -> tuple[str, str]:
        return "limit", text.format(limit=f"{details['limit']:,}")

    return message


def _unique(_: jsonschema_rs.ValidationError, __: Mapping[str, Any]) -> tuple[str, str]:
    return "duplicate_id", "names the same step twice: keep one"


def _other(error: jsonschema_rs.ValidationError, _: Mapping[str, Any]) -> tuple[str, str]:
    return "wrong_type", error.message


_MESSAGES: Final[
    Mapping[str, Callable[[jsonschema_rs.ValidationError, Mapping[str, Any]], tuple[str, str]]]
] = {
    "type": _type,
    "enum": _enum,
    "const": _constant,
    "pattern": _pattern,
    "propertyNames": _property_names,
    "uniqueItems": _unique,
    "maxLength": _limit("must be at most {limit} characters long"),
    "minLength": _limit("must be at least {limit} character long"),
    "maximum": _limit("must be at most {limit}"),
    "minimum": _limit("must be at least {limit}"),
    "maxItems": _limit("must have at most {limit} entries"),
    "minItems": _limit("must have at least {limit} entry"),
    "maxProperties": _limit("must have at most {limit} entries"),
}
