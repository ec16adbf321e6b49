"""What a run's input must be, and how its faults are told."""

from collections.abc import Sequence
from typing import Any, Final

import orjson

from services.execution.errors import InputInvalid
from services.kit.errors import FieldViolation
from services.kit.json_schemas import SchemaFault

MOST_INPUT_BYTES: Final = 1_048_576


def parse_input(input_json: str) -> dict[str, Any]:
    """Return the input, an empty text being an empty object; raise InputInvalid."""
    if len(input_json.encode()) > MOST_INPUT_BYTES:
        raise InputInvalid.of_field("input", "must be at most 1 MB")
    try:
        value = orjson.loads(input_json or "{}")
    except orjson.JSONDecodeError as error:
        raise InputInvalid.of_field("input", f"is not JSON: {error.msg}") from None
    if not isinstance(value, dict):
        raise InputInvalid.of_field("input", "must be a JSON object")
    return value


def check_faults(faults: Sequence[SchemaFault]) -> None:
    """Raise InputInvalid that names every field at fault, if there is one."""
    if not faults:
        return
    violations = [
        FieldViolation(f"input.{each.path}".rstrip(".").replace(".[", "["), each.message)
        for each in faults
    ]
    text = "; ".join(f"{each.field}: {each.description}" for each in violations)
    raise InputInvalid(f"the input does not fit the pipeline: {text}", violations=violations)
