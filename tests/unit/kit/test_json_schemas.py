"""Checks against schemas that tenants write, those that are cheap; the others have a sandbox."""

from services.kit.json_schemas import is_cheap, schema_faults


def test_faults_say_where_and_why_and_never_repeat_the_value() -> None:
    schema = {"properties": {"a": {"items": {"properties": {"b": {"maximum": 0}}}}}}
    (fault,) = schema_faults(schema, {"a": [{}, {"b": 1234567}]})
    assert fault.path == "a[1].b"
    assert "1234567" not in fault.message
    assert schema_faults(schema, {"a": []}) == []


def test_as_many_faults_are_told_as_are_asked_for() -> None:
    schema = {"properties": {"a": {"items": {"type": "string"}}}}
    assert len(schema_faults(schema, {"a": list(range(100))}, most=7)) == 7


def test_a_pattern_that_backtracks_for_ever_elsewhere_does_not_here() -> None:
    schema = {"properties": {"a": {"type": "string", "pattern": "^(a+)+$"}}}
    assert len(schema_faults(schema, {"a": "a" * 50_000 + "!"})) == 1


def test_large_data_times_a_large_schema_is_not_cheap() -> None:
    schema = {"properties": {f"p{number}": {"type": "string"} for number in range(1_000)}}
    assert is_cheap(schema, {"a": "x" * 10_000})
    assert not is_cheap(schema, {"a": ["x"] * 100_000})
    assert is_cheap({"type": "object"}, {"a": "x" * 1_000_000})


def test_references_are_not_cheap() -> None:
    for keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
        assert not is_cheap({"properties": {"a": {keyword: "#"}}}, {})
