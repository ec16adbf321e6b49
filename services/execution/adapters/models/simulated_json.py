"""JSON of the simulator.

Documents that fit a JSON Schema, or the keys that a prompt asks for in words.
"""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.execution.errors import ProviderRefused

# {"score": a number from 1 to 10, "remarks": [what to improve]}
_ASKED: Final = re.compile(r"JSON[^{]{0,80}(\{.{2,2000}\})", re.DOTALL | re.IGNORECASE)
_KEY: Final = re.compile(r'"([A-Za-z_][\w-]{0,63})"\s*:\s*')
_RANGE: Final = re.compile(r"(\d+)\s*(?:to|-|–|and)\s*(\d+)")  # noqa: RUF001 # people write it so
_DEEPEST: Final = 12
_LONGEST: Final = 10_000
_ANYTHING: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "answer": {"type": "string"},
        "score": {"type": "integer", "minimum": 1, "maximum": 10},
    },
}


def shape_of(parameters: Mapping[str, Any], text: str) -> Mapping[str, Any] | None:
    """Return the JSON Schema of the asked answer; None when no JSON was asked for."""
    asked = parameters.get("response_format")
    if isinstance(asked, Mapping):
        schema = asked.get("json_schema")
        if isinstance(schema, Mapping) and isinstance(schema.get("schema"), Mapping):
            found: Mapping[str, Any] = schema["schema"]
            return found
        if asked.get("type") == "json_object":
            return _from_words(text) or _ANYTHING
    return _from_words(text)


def fill(shape: Mapping[str, Any] | None, rng: random.Random, topics: Sequence[str]) -> Any:
    """Return a value of the shape, made of the topics; raise ProviderRefused for what is none."""
    try:
        return _value(shape or _ANYTHING, rng, topics, 0)
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise ProviderRefused("the simulated provider cannot read the JSON Schema") from error


def _from_words(text: str) -> Mapping[str, Any] | None:
    found = _ASKED.search(text)
    if found is None:
        return None
    body = found.group(1)
    keys = list(_KEY.finditer(body))
    if not keys:
        return None
    ends = [key.start() for key in keys[1:]] + [len(body)]
    properties = {
        key.group(1): _described(body[key.end() : end]) for key, end in zip(keys, ends, strict=True)
    }
    return {"type": "object", "properties": properties, "required": list(properties)}


def _described(words: str) -> Mapping[str, Any]:
    lowered = words.lower()
    bounds = _RANGE.search(lowered)
    if lowered.lstrip().startswith("["):
        return {"type": "array", "items": {"type": "string"}}
    if "number" in lowered or "integer" in lowered or bounds:
        low, high = (int(bounds.group(1)), int(bounds.group(2))) if bounds else (1, 10)
        return {"type": "integer", "minimum": low, "maximum": max(low, high)}
    if "true" in lowered or "boolean" in lowered:
        return {"type": "boolean"}
    return {"type": "string"}


def _value(shape: Any, rng: random.Random, topics: Sequence[str], depth: int) -> Any:
    if not isinstance(shape, Mapping) or depth > _DEEPEST:
        return None
    if "const" in shape:
        return shape["const"]
    if shape.get("enum"):
        return rng.choice(list(shape["enum"]))
    for union in ("anyOf", "oneOf"):
        if shape.get(union):
            return _value(shape[union][0], rng, topics, depth + 1)
    kind = shape.get("type", "object" if "properties" in shape else "string")
    if isinstance(kind, list):
        kind = kind[0] if kind else "null"
    return _of_kind(kind, shape, rng, topics, depth)


def _of_kind(
    kind: str, shape: Mapping[str, Any], rng: random.Random, topics: Sequence[str], depth: int
) -> Any:
    if kind == "object":
        properties = shape.get("properties", {})
        return {name: _value(each, rng, topics, depth + 1) for name, each in properties.items()}
    if kind == "array":
        count = max(int(shape.get("minItems", 2)), min(2, int(shape.get("maxItems", 2))))
        items = shape.get("items", {"type": "string"})
        return [_value(items, rng, topics, depth + 1) for _ in range(min(count, 100))]
    if kind in ("integer", "number"):
        low = int(shape.get("minimum", shape.get("exclusiveMinimum", 0)))
        high = int(shape.get("maximum", shape.get("exclusiveMaximum", low + 10)))
        return rng.randint(low, max(low, high))
    if kind == "boolean":
        return rng.random() < 0.5  # a coin
    return None if kind == "null" else _text(shape, rng, topics)


def _text(shape: Mapping[str, Any], rng: random.Random, topics: Sequence[str]) -> str:
    words = rng.sample(list(topics), min(len(topics), 3))
    text = "More about " + ", ".join(words)
    text = text.ljust(min(int(shape.get("minLength", 0)), _LONGEST), ".")
    most = shape.get("maxLength")
    return text[: int(most)] if most is not None else text
