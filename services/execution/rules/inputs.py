"""Checking a run's input against the schema of its definition."""

from functools import lru_cache
from typing import Any, Final

import jsonschema_rs
import orjson

from services.execution.errors import DefinitionUnusable, InputInvalid
from services.kit.errors import FieldViolation

MOST_INPUT_BYTES: Final = 1_048_576
_MOST_VIOLATIONS: Final = 20


def check_input(input_json: str, schema: Any) -> str:
    """Return the input as JSON text; raise InputInvalid that names every field at fault.

    An empty text is an empty object. Schemas cannot refer to anything outside themselves, and
    patterns are matched in linear time.
    """
    if len(input_json.encode()) > MOST_INPUT_BYTES:
        raise InputInvalid.of_field("input", "must be at most 1 MB")
    try:
        value = orjson.loads(input_json or "{}")
    except orjson.JSONDecodeError as error:
        raise InputInvalid.of_field("input", f"is not JSON: {error.msg}") from None
    if not isinstance(value, dict):
        raise InputInvalid.of_field("input", "must be a JSON object")
    if schema is not None:
        _check(value, schema)
    return input_json or "{}"


def _check(value: dict[str, Any], schema: Any) -> None:
    validator = _validator(orjson.dumps(schema).decode())
    violations = []
    for error in validator.iter_errors(value):
        violations.append(FieldViolation(_path(error), error.message))
        if len(violations) == _MOST_VIOLATIONS:
            break
    if violations:
        text = "; ".join(f"{each.field}: {each.description}" for each in violations)
        raise InputInvalid(f"the input does not fit the pipeline: {text}", violations=violations)


def _path(error: jsonschema_rs.ValidationError) -> str:
    parts = "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.instance_path
    )
    return f"input{parts}"


@lru_cache(maxsize=256)
def _validator(schema_json: str) -> Any:
    try:
        return jsonschema_rs.validator_for(
            orjson.loads(schema_json),
            retriever=_refuse,
            mask="the value",
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise DefinitionUnusable("the definition's input schema cannot be used") from error


def _refuse(uri: str) -> Any:
    raise ValueError(f"{uri}: schemas refer to nothing outside themselves")
