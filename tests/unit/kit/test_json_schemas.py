"""Checks against schemas that tenants write."""

import time
from typing import Any

import pytest

from services.kit.json_schemas import SchemaFault, SchemaUnusable, is_cheap, schema_faults


def test_faults_say_where_and_why_and_never_repeat_the_value() -> None:
    schema = {"properties": {"a": {"items": {"properties": {"b": {"maximum": 0}}}}}}
    (fault,) = schema_faults(schema, {"a": [{}, {"b": 1234567}]})
    assert fault.path == "a[1].b"
    assert "1234567" not in fault.message
    assert schema_faults(schema, {"a": []}) == []


def test_as_many_faults_are_told_as_are_asked_for() -> None:
    schema = {"properties": {"a": {"items": {"type": "string"}}}}
    assert len(schema_faults(schema, {"a": list(range(100))}, most=7)) == 7


def test_references_within_the_schema_work_and_are_not_cheap() -> None:
    schema = {"$defs": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/n"}}}
    assert not is_cheap(schema, {})
    assert schema_faults(schema, {"a": 1}) == []
    assert [type(each) for each in schema_faults(schema, {"a": "x"})] == [SchemaFault]


def test_a_schema_that_doubles_its_work_at_each_level_ends_in_time() -> None:
    names = [f"a{number}" for number in range(60)]
    schema: dict[str, Any] = {
        "$ref": "#/$defs/a0",
        "$defs": {
            name: {"allOf": [{"$ref": f"#/$defs/{after}"}, {"$ref": f"#/$defs/{after}"}]}
            for name, after in zip(names, [*names[1:], "end"], strict=True)
        }
        | {"end": {"type": "object"}},
    }
    began = time.monotonic()
    with pytest.raises(SchemaUnusable):
        schema_faults(schema, {})
    assert time.monotonic() - began < 6


@pytest.mark.parametrize("reference", ["http://127.0.0.1:1/x.json", "file:///etc/passwd"])
def test_a_schema_that_refers_outside_itself_is_not_followed(reference: str) -> None:
    with pytest.raises(SchemaUnusable):
        schema_faults({"$ref": reference}, {})


def test_a_pattern_that_backtracks_for_ever_elsewhere_does_not_here() -> None:
    schema = {"properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    assert len(schema_faults(schema, {"a": "a" * 50_000 + "!"})) == 1


def test_large_data_times_a_large_schema_is_not_cheap() -> None:
    schema = {"properties": {f"p{number}": {"type": "string"} for number in range(1_000)}}
    assert is_cheap(schema, {"a": "x" * 10_000})
    assert not is_cheap(schema, {"a": ["x"] * 100_000})
    assert is_cheap({"type": "object"}, {"a": "x" * 1_000_000})
