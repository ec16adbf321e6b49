"""Schema version 1 keeps its word: what was sound stays so, and what pipelines takes can run."""

import json
from pathlib import Path

import pytest

from services.execution.rules.plan import PinnedPrompt, parse_plan, prompt_references
from services.pipelines.rules.definitions import checked, read
from services.pipelines.rules.graph import dependencies
from services.pipelines.rules.steps import by_id
from services.pipelines.rules.templates import templates

FILES = sorted((Path(__file__).parent / "definitions").glob("*.json"))
TEXTS = {path.stem: path.read_text() for path in FILES} | {
    one.id: one.definition_json for one in templates()
}

all_definitions = pytest.mark.parametrize("name", TEXTS)


def test_there_are_definitions_to_keep() -> None:
    assert len(FILES) >= 3


@all_definitions
def test_what_was_sound_stays_sound(name: str) -> None:
    assert checked(read(TEXTS[name]), {}).faults == []


@all_definitions
def test_execution_waits_for_what_validation_says(name: str) -> None:
    reading = read(TEXTS[name])
    assert reading.document is not None
    references = prompt_references(reading.document.value)
    pinned = {step_id: PinnedPrompt("prm_1", 1) for step_id in references}
    plan = parse_plan(reading.document.text, pinned)
    known = by_id(reading.steps)
    waits = dependencies(known, reading.found.references())
    assert {step.id: {need.step_id for need in step.needs} for step in plan.steps.values()} == {
        step_id: set(needs) for step_id, needs in waits.items()
    }


@all_definitions
def test_execution_pins_the_prompts_that_validation_looks_up(name: str) -> None:
    reading = read(TEXTS[name])
    assert reading.document is not None
    named = {
        (prompt["name"], prompt.get("version", 0))
        for prompt in prompt_references(reading.document.value).values()
    }
    assert named == {(one.name, one.version) for one in reading.prompts()}


@all_definitions
def test_the_stored_text_means_the_same(name: str) -> None:
    reading = read(TEXTS[name])
    assert reading.document is not None
    assert json.loads(reading.document.text) == json.loads(TEXTS[name])
    assert list(json.loads(reading.document.text)) == list(json.loads(TEXTS[name]))
