"""The published JSON Schema of definitions, which the console's editor completes from."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest

from services.pipelines.errors import PipelineInvalid
from services.pipelines.rules.definitions import checked, read
from services.pipelines.rules.schema import DEFINITION_SCHEMA, schema_faults
from services.pipelines.rules.templates import template, templates


def properties(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of the schema with its path."""
    if isinstance(node, dict):
        for name, member in node.get("properties", {}).items():
            if isinstance(member, dict):
                yield f"{path}/{name}", member
        for name, member in node.items():
            if name not in ("examples", "default", "const"):
                yield from properties(member, f"{path}/{name}")
    elif isinstance(node, list):
        for index, member in enumerate(node):
            yield from properties(member, f"{path}/{index}")


def described(member: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference to where the description stands."""
    reference = member.get("$ref", "")
    if "description" in member or not reference:
        return member
    found: dict[str, Any] = DEFINITION_SCHEMA["$defs"][reference.removeprefix("#/$defs/")]
    return found


def test_it_is_a_json_schema() -> None:
    jsonschema_rs.meta.validate(DEFINITION_SCHEMA)
    assert DEFINITION_SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_every_member_is_described_for_the_editor() -> None:
    bare = [
        path
        for path, member in properties(DEFINITION_SCHEMA)
        if "description" not in described(member)
        and "/if/" not in path
        and not path.endswith("/type")
    ]
    assert bare == []


def test_every_example_and_default_fits_its_own_schema() -> None:
    checked_examples = 0
    for path, member in properties(DEFINITION_SCHEMA):
        validator = jsonschema_rs.validator_for(
            {**member, "$defs": DEFINITION_SCHEMA["$defs"]}, offline=True
        )
        own = described(member)
        for example in [*own.get("examples", []), *([own["default"]] if "default" in own else [])]:
            assert validator.is_valid(example), (path, example)
            checked_examples += 1
    assert checked_examples > 40


def test_its_whole_example_is_sound() -> None:
    for example in DEFINITION_SCHEMA["examples"]:
        assert list(schema_faults(example)) == []


def test_templates_are_sound_and_their_inputs_fit() -> None:
    for one in templates():
        reading = read(one.definition_json)
        assert checked(reading, {}).faults == []
        assert reading.document is not None
        jsonschema_rs.validate(reading.document.value["input"], json.loads(one.example_input_json))


def test_a_template_that_is_not_there_is_named_with_the_nearest() -> None:
    with pytest.raises(PipelineInvalid, match="did you mean 'summarise-translate'"):
        template("summarize-translate")


@pytest.mark.parametrize("value", [None, 1, "text", [], [1], {"steps": 1}, {"steps": [None, 1]}])
def test_no_json_at_all_breaks_the_checks(value: Any) -> None:
    reading = read(json.dumps(value))
    assert checked(reading, {}).faults != []
