"""Checking data against JSON Schemas that tenants write: bounded in time and memory.

A schema of references that double at each level takes exponential time, a large one times large
data takes long: such checks run in `expression_sandbox`, small ones in process.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson

from services.kit import expression_sandbox
from services.kit.errors import FailedPrecondition
from services.kit.expression_child import faults_of, validator_of
from services.kit.expression_values import weighs_at_most

# Weight of the data (see `weighs_at_most`) x characters of the schema: about 10 ms.
_CHEAP: Final = 1_000_000_000


class SchemaUnusable(FailedPrecondition):
    """The schema cannot be compiled, or checking against it takes too long."""

    reason = "SCHEMA_UNUSABLE"


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """Where a value does not fit, as in `items[2].name`, and why; the value itself is not told."""

    path: str
    message: str


def is_cheap(schema: Any, value: Any) -> bool:
    """Tell whether `schema_faults` takes some milliseconds at most; if not, call it in a thread."""
    text = orjson.dumps(schema).decode()
    return "Ref" not in text and "$ref" not in text and weighs_at_most(value, _CHEAP // len(text))


def schema_faults(schema: Any, value: Any, *, most: int = 20) -> list[SchemaFault]:
    """Return the first faults of a value; raise SchemaUnusable. Blocks for 3 s at most."""
    try:
        if is_cheap(schema, value):
            found = faults_of(_validator(orjson.dumps(schema).decode()), value, most)
        else:
            with expression_sandbox.shared() as sandbox:
                found = sandbox.check(schema, value, most=most)
    except (ValueError, expression_sandbox.SandboxError) as error:
        raise SchemaUnusable("the schema cannot be used to check this") from error
    return [SchemaFault(_path(path), message) for path, message in found]


@lru_cache(maxsize=256)
def _validator(schema_json: str) -> Any:
    return validator_of(orjson.loads(schema_json))


def _path(parts: list[str | int]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
    return text.removeprefix(".")
