"""The JSON Schema of a run's input: valid, and cheap to check by."""

from typing import Any

import jsonschema_rs
import pytest

from services.pipelines.rules.faults import Fault
from services.pipelines.rules.input_schemas import MAX_PARTS, input_schema_faults


def faults(schema: Any) -> list[Fault]:
    return list(input_schema_faults({"input": schema}))


def prop(schema: dict[str, Any]) -> dict[str, Any]:
    """Make an input schema of one property."""
    return {"type": "object", "properties": {"a": schema}}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"$schema": "https://json-schema.org/draft/2020-12/schema"},
        {"$id": "https://example.com/input"},
        prop({"enum": [{"$ref": "nowhere"}], "default": {"$ref": 1}, "examples": ["$ref"]}),
        {"properties": {"$ref": {"type": "string"}, "default": {"type": "integer"}}},
        {
            "$defs": {"a/b": {"$ref": "#/$defs/c~0d"}, "c~d": {"type": "string"}, "e": True},
            **prop({"items": {"$ref": "#/$defs/a~1b"}, "contains": {"$ref": "#/$defs/e"}}),
        },
    ],
)
def test_schemas_that_can_be_used(schema: dict[str, Any]) -> None:
    assert faults(schema) == []
    assert jsonschema_rs.validator_for(schema).is_valid({})


@pytest.mark.parametrize(
    ("schema", "path", "code", "says"),
    [
        (prop({"type": "txt"}), "input.properties.a.type", "wrong_type", "not a valid JSON Schema"),
        (prop({"pattern": "(a"}), "input.properties.a.pattern", "wrong_type", "regex"),
        (prop({"pattern": "(?=a)b"}), "input.properties.a.pattern", "wrong_type", "regex"),
        (prop({"pattern": "(a{999}){999}"}), "input.properties.a.pattern", "wrong_type", "regex"),
        (
            prop({"$ref": "https://example.com/a.json"}),
            "input.properties.a.$ref",
            "wrong_type",
            "the same schema",
        ),
        (prop({"$ref": "#/$defs/b"}), "input.properties.a.$ref", "unknown_reference", "nowhere"),
        (prop({"$ref": "#anchor"}), "input.properties.a.$ref", "unknown_reference", "nowhere"),
        (prop({"$ref": "#"}), "input.properties.a.$ref", "cycle", "leads back to itself"),
        (prop({"$dynamicRef": "#"}), "input.properties.a.$dynamicRef", "wrong_type", "remove it"),
        (prop({"$id": "https://x.y/z"}), "input.properties.a.$id", "wrong_type", "remove it"),
        (
            {"$schema": "http://json-schema.org/draft-07/schema#"},
            "input.$schema",
            "wrong_type",
            "2020-12",
        ),
        (
            {"$defs": {"a": {"not": {"$ref": "#/$defs/b"}}, "b": {"$ref": "#/$defs/a"}}},
            "input.$defs.a.not.$ref",
            "cycle",
            "recursive",
        ),
    ],
)
def test_a_schema_that_cannot_be_used_says_where_and_why(
    schema: dict[str, Any], path: str, code: str, says: str
) -> None:
    found = faults(schema)
    assert [(fault.path, fault.code) for fault in found] == [(path, code)]
    assert says in found[0].message


def doubling(levels: int) -> dict[str, Any]:
    """Make a schema in which each definition refers to the next twice: 2^levels checks."""
    definitions: dict[str, Any] = {
        f"d{level}": {"allOf": [{"$ref": f"#/$defs/d{level + 1}"}] * 2} for level in range(levels)
    }
    return {"$defs": definitions | {f"d{levels}": True}, **prop({"$ref": "#/$defs/d0"})}


def test_references_that_multiply_are_counted_as_often_as_they_are_followed() -> None:
    assert faults(doubling(5)) == []
    assert [fault.code for fault in faults(doubling(40))] == ["limit"]


def test_a_schema_of_very_many_parts_or_a_very_long_chain_is_refused() -> None:
    many = {"properties": {f"p{number}": {"type": "string"} for number in range(MAX_PARTS)}}
    assert [fault.code for fault in faults(many)] == ["limit"]
    chain: dict[str, Any] = {
        f"d{number}": {"$ref": f"#/$defs/d{number + 1}"} for number in range(5_000)
    }
    chained = {"$defs": chain | {"d5000": True}}
    assert [fault.code for fault in faults(chained)] == ["limit"]
