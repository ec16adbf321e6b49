"""Checks against schemas that tenants write, those that could be expensive: in a child process."""

from typing import Any

import pytest

from services.kit.json_schemas import SchemaFault, SchemaUnusable, schema_faults


def test_references_within_the_schema_work() -> None:
    schema = {"$defs": {"n": {"type": "integer"}}, "properties": {"a": {"$ref": "#/$defs/n"}}}
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
    with pytest.raises(SchemaUnusable):
        schema_faults(schema, {})


@pytest.mark.parametrize("reference", ["http://127.0.0.1:1/x.json", "file:///etc/passwd"])
def test_a_schema_that_refers_outside_itself_is_not_followed(reference: str) -> None:
    with pytest.raises(SchemaUnusable):
        schema_faults({"$ref": reference}, {})
