"""JSON in outputs: is-json, contains-json, with or without a JSON Schema."""

import json
from typing import Any, Final

from services.kit.json_schemas import SchemaUnusable, schema_faults
from services.prompts.rules.assertions.case import AssertionFailed, Case, Verdict
from services.prompts.rules.assertions.yaml_documents import Limits, YamlInvalid, load

_MOST_FAULTS: Final = 3
# Objects in one output that are looked at, and characters read to find them.
_MOST_OBJECTS: Final = 200
_MOST_READ: Final = 1_000_000
_MOST_OBJECT: Final = 100_000
_LIMITS: Final = Limits(characters=_MOST_OBJECT, nodes=20_000, depth=64, keeps_last=True)


class NotJson(ValueError):
    """The text is not JSON."""


def parse_json(text: str) -> Any:
    """Parse as JavaScript does: no NaN, no Infinity; raise NotJson."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from None


def is_json(case: Case) -> Verdict:
    """Tell whether the output is JSON, and conforms to the schema that is given."""
    try:
        document = parse_json(case.text)
    except NotJson:
        return Verdict(holds=False, reason="the output is not JSON")
    if not case.value:
        return Verdict(holds=True, reason="the output is JSON")
    faults = _faults(schema_of(case.value), document)
    if faults:
        return Verdict(holds=False, reason=f"the output does not conform to the schema: {faults}")
    return Verdict(holds=True, reason="the output is JSON that conforms to the schema")


def contains_json(case: Case) -> Verdict:
    """Tell whether an object in the output, JSON or YAML in braces, conforms to the schema."""
    found = objects_in(case.text)
    if not found:
        return Verdict(holds=False, reason="the output contains no JSON object")
    if not case.value:
        return Verdict(holds=True, reason="the output contains a JSON object")
    schema, faults = schema_of(case.value), ""
    for document in found:
        case.budget.left()
        faults = _faults(schema, document)
        if not faults:
            return Verdict(holds=True, reason="the output contains JSON that conforms")
    return Verdict(holds=False, reason=f"no JSON in the output conforms to the schema: {faults}")


def schema_of(value: Any) -> Any:
    """Return the schema itself: given as an object, or as a text of YAML or JSON."""
    if not isinstance(value, str):
        return value
    try:
        return load(value, _LIMITS)
    except YamlInvalid as error:
        raise AssertionFailed(f"the schema is no YAML: {error.message}") from None


def objects_in(text: str) -> list[Any]:
    """Find the objects in braces, outermost first, as JSON or as YAML would read them."""
    ends = _closing(text)
    found: list[Any] = []
    at, tried, read = text.find("{"), 0, 0
    while at >= 0 and tried < _MOST_OBJECTS and read < _MOST_READ:
        end = ends.get(at, 0)
        part = text[at:end] if end else _completed(text, at)
        tried, read = tried + 1, read + len(part)
        document = _read_object(part)
        if document is None:
            at = text.find("{", at + 1)
            continue
        found.append(document)
        at = text.find("{", end or len(text))
    return found


def _closing(text: str) -> dict[int, int]:
    """Return opening brace -> index behind its closing one; braces are counted, texts too."""
    ends: dict[int, int] = {}
    opened: list[int] = []
    for at, character in enumerate(text):
        if character == "{":
            opened.append(at)
        elif character == "}" and opened:
            start = opened.pop()
            if at - start < _MOST_OBJECT:
                ends[start] = at + 1
    return ends


def _completed(text: str, at: int) -> str:
    """Return what begins at a brace that is never closed, with the braces it lacks."""
    part = text[at : at + _MOST_OBJECT]
    return part + "}" * min(part.count("{") - part.count("}"), _LIMITS.depth + 1)


def _read_object(part: str) -> Any:
    try:
        found = parse_json(part)
    except NotJson:
        try:
            found = load(part.replace("\t", " "), _LIMITS)
        except YamlInvalid:
            return None
    return found if isinstance(found, dict | list) else None


def _faults(schema: Any, document: Any) -> str:
    """Return what is wrong with a document, "" for nothing; raise AssertionFailed."""
    try:
        faults = schema_faults(schema, document, most=_MOST_FAULTS)
    except (SchemaUnusable, TypeError):
        raise AssertionFailed(
            "the schema cannot be used: it is no JSON Schema, refers to something outside itself, "
            "or takes too long"
        ) from None
    return "; ".join(f"{fault.path or 'the whole'}: {fault.message}" for fault in faults)


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
