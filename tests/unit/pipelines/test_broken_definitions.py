"""Every way to break a definition: the step, the field, the kind and the remedy are named."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from services.pipelines.rules.definitions import checked, read
from services.pipelines.rules.faults import Fault

SOUND: dict[str, Any] = {
    "schema_version": 1,
    "input": {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "count": {"type": "integer"},
            "share": {"type": "number"},
        },
        "required": ["text"],
    },
    "steps": [
        {
            "id": "summarise",
            "type": "prompt",
            "prompt": {"name": "text-summarization", "label": "production"},
            "variables": {"text": "${input.text}", "length": "${string(input.count)} sentences"},
            "model": "sim-text",
            "parameters": {"temperature": 0.2},
            "timeout_ms": 60_000,
            "retry": {"max_attempts": 3, "initial_backoff_ms": 500, "multiplier": 2.0},
        },
        {
            "id": "long",
            "type": "condition",
            "if": "steps.summarise.output.text.size() > 100",
            "then": ["send"],
            "else": ["keep"],
        },
        {
            "id": "send",
            "type": "http",
            "method": "POST",
            "url": "https://example.com/${input.text}",
            "headers": {"x-count": "${input.count}"},
            "body": {"text": ["${steps.summarise.output.text}"]},
        },
        {"id": "keep", "type": "transform", "expression": "steps.summarise.output.json"},
        {
            "id": "end",
            "type": "transform",
            "needs": ["send", "keep"],
            "run_if": "any",
            "expression": "steps.send.state == 'succeeded' ? 'sent' : 'kept'",
        },
    ],
    "output": {"end": "${steps.end.output}", "run": "${run.id}"},
    "timeout_ms": 3_600_000,
}
SUMMARISE, LONG, SEND, KEEP, END = range(5)

Change = Callable[[dict[str, Any]], object]


def faults_of(definition: Any) -> list[Fault]:
    """Check a definition whose prompts nobody looks up."""
    return checked(read(json.dumps(definition)), {}).faults


def at(step: int, **members: Any) -> Change:
    """Set members of a step; None removes one."""

    def change(definition: dict[str, Any]) -> None:
        for name, value in members.items():
            plain = name.rstrip("_")
            if value is None:
                del definition["steps"][step][plain]
            else:
                definition["steps"][step][plain] = value

    return change


def whole(**members: Any) -> Change:
    """Set members of the document."""
    return lambda definition: definition.update(members)


def also(*changes: Change) -> Change:
    """Make several changes."""

    def change(definition: dict[str, Any]) -> None:
        for each in changes:
            each(definition)

    return change


def step(**members: Any) -> Change:
    """Add a step at the end."""
    return lambda definition: definition["steps"].append(members)


BROKEN: list[tuple[Change, str, str, str, str]] = [
    # what is changed · path · step · code · what the message says
    (at(KEEP, id="send"), "steps[3].id", "send", "duplicate_id", "also the id of steps[2]"),
    (at(KEEP, id="Keep it"), "steps[3].id", "Keep it", "wrong_type", "must be a lower-case letter"),
    (step(id="in", type="transform", expression="1"), "steps[5].id", "in", "wrong_type", "another"),
    (at(KEEP, id=None), "steps[3].id", "", "missing_field", "add 'id'"),
    (at(KEEP, type_="transfrom"), "steps[3].type", "keep", "wrong_type", "'transform'?"),
    (at(KEEP, expression=None), "steps[3].expression", "keep", "missing_field", "add 'expression'"),
    (at(SEND, method="post"), "steps[2].method", "send", "wrong_type", "did you mean 'POST'?"),
    (at(SEND, url="ftp://example.com"), "steps[2].url", "send", "wrong_type", "https://"),
    (at(SEND, headers={"a b": "c"}), "steps[2].headers", "send", "wrong_type", "'a b'"),
    (at(SEND, headers={"a": 1}), "steps[2].headers.a", "send", "wrong_type", "must be text"),
    (at(SEND, timout_ms=5), "steps[2].timout_ms", "send", "unknown_field", "'timeout_ms'?"),
    (at(SEND, timeout_ms=99), "steps[2].timeout_ms", "send", "limit", "at least 100"),
    (at(SEND, timeout_ms=3_600_001), "steps[2].timeout_ms", "send", "limit", "3,600,000"),
    (at(SEND, timeout_ms="1s"), "steps[2].timeout_ms", "send", "wrong_type", "an integer"),
    (at(SEND, retry={"max_attempts": 21}), "steps[2].retry.max_attempts", "send", "limit", "20"),
    (at(SEND, run_if="some"), "steps[2].run_if", "send", "wrong_type", "'all' or 'any'"),
    (at(END, needs=["sned"]), "steps[4].needs[0]", "end", "unknown_reference", "'send'?"),
    (at(LONG, then=["sned"]), "steps[1].then[0]", "long", "unknown_reference", "'send'?"),
    (at(LONG, else_=["send"]), "steps[1].else[0]", "long", "duplicate_id", "one branch"),
    (at(LONG, then=["send", "send"]), "steps[1].then", "long", "duplicate_id", "twice"),
    (at(LONG, if_="input.text"), "steps[1].if", "long", "wrong_type", "gives text"),
    (at(LONG, if_="input.count + 1"), "steps[1].if", "long", "wrong_type", "gives a number"),
    (at(LONG, if_="'yes'"), "steps[1].if", "long", "wrong_type", "needs true or false"),
    (at(LONG, if_="input.text > 3"), "steps[1].if", "long", "wrong_type", "cannot be computed"),
    (at(LONG, if_="${input.count > 3}"), "steps[1].if", "long", "expression_invalid", "${ }"),
    (at(LONG, if_="input.count >"), "steps[1].if", "long", "expression_invalid", "character"),
    (at(KEEP, expression="text"), "steps[3].expression", "keep", "expression_invalid", "`text`"),
    (at(KEEP, expression="run.no"), "steps[3].expression", "keep", "expression_invalid", "run.id"),
    (at(KEEP, expression="1" * 4_097), "steps[3].expression", "keep", "limit", "4,096"),
    (
        at(KEEP, expression="input.txt"),
        "steps[3].expression",
        "keep",
        "unknown_reference",
        "'text'?",
    ),
    (
        at(KEEP, expression="steps.sumarise.output.text"),
        "steps[3].expression",
        "keep",
        "unknown_reference",
        "did you mean 'summarise'?",
    ),
    (
        at(KEEP, expression="steps.summarise.output.txt"),
        "steps[3].expression",
        "keep",
        "unknown_reference",
        "a prompt step, has no 'txt': did you mean 'text'?",
    ),
    (
        at(SUMMARISE, variables={"text": "${input.text"}),
        "steps[0].variables.text",
        "summarise",
        "expression_invalid",
        "never closed",
    ),
    (
        at(SUMMARISE, variables={"text": {"deep": ["${input.text} and ${input.txt}"]}}),
        "steps[0].variables.text.deep[0]",
        "summarise",
        "unknown_reference",
        "did you mean 'text'?",
    ),
    (
        at(SUMMARISE, prompt={"name": "x", "label": "a", "version": 1}),
        "steps[0].prompt.version",
        "summarise",
        "wrong_type",
        "a label and a version",
    ),
    (
        at(SUMMARISE, prompt={"name": "${input.text}"}),
        "steps[0].prompt.name",
        "summarise",
        "expression_invalid",
        "takes no expression",
    ),
    (at(SUMMARISE, prompt="x"), "steps[0].prompt", "summarise", "wrong_type", "an object"),
    (
        at(SUMMARISE, model="${steps.end.output}"),
        "steps[0].model",
        "summarise",
        "cycle",
        "summarise → end → send → summarise",
    ),
    (at(KEEP, needs=["keep"]), "steps[3].needs[0]", "keep", "cycle", "waits for itself"),
    (
        at(SUMMARISE, needs=["long"]),
        "steps[0].needs[0]",
        "summarise",
        "cycle",
        "summarise → long → summarise",
    ),
    (whole(output="${steps.and.output}"), "output", "", "unknown_reference", "did you mean 'end'?"),
    (whole(schema_version=2), "schema_version", "", "wrong_type", "must be 1"),
    (whole(steps=[]), "steps", "", "limit", "at least 1"),
    (whole(timeout_ms=604_800_001), "timeout_ms", "", "limit", "604,800,000"),
    (whole(outputs={}), "outputs", "", "unknown_field", "did you mean 'output'?"),
    (whole(input={"type": "string"}), "input.type", "", "wrong_type", '"object"'),
]


@pytest.mark.parametrize(
    ("change", "path", "step_id", "code", "says"),
    BROKEN,
    ids=lambda value: str(getattr(value, "__name__", value))[:60],
)
def test_the_fault_names_step_field_kind_and_remedy(
    change: Change, path: str, step_id: str, code: str, says: str
) -> None:
    definition = copy.deepcopy(SOUND)
    change(definition)
    found = faults_of(definition)
    about = [fault for fault in found if (fault.path, fault.code) == (path, code)]
    assert len(about) == 1, found
    assert about[0].step_id == step_id
    assert says in about[0].message


def test_the_sound_definition_is_sound() -> None:
    assert faults_of(SOUND) == []


def test_all_faults_come_at_once_in_the_order_of_the_document() -> None:
    definition = copy.deepcopy(SOUND)
    also(
        whole(output="${steps.nobody.output}", schema_version="1"),
        at(END, expression="input.nothing"),
        at(SUMMARISE, timeout_ms=1),
        at(SEND, url="gopher://x", method="GTE"),
    )(definition)
    assert [(fault.path, fault.code) for fault in faults_of(definition)] == [
        ("schema_version", "wrong_type"),
        ("steps[0].timeout_ms", "limit"),
        ("steps[2].method", "wrong_type"),
        ("steps[2].url", "wrong_type"),
        ("steps[4].expression", "unknown_reference"),
        ("output", "unknown_reference"),
    ]


def test_an_input_without_declared_properties_may_be_anything() -> None:
    for schema in (
        {},
        {"type": "object"},
        {"properties": {"a": {}}, "additionalProperties": True},
        {"properties": {"a": {}}, "allOf": [{"properties": {"text": {}}}]},
    ):
        assert faults_of({**SOUND, "input": schema}) == []
    without = {name: value for name, value in SOUND.items() if name != "input"}
    assert faults_of(without) == []


def test_a_list_of_faults_has_an_end() -> None:
    wrong = {
        f"a_step_with_a_long_name_{number}": ",".join(
            f"steps.a_step_wiht_a_long_nmae_{number}_{other}.output" for other in range(20)
        )
        for number in range(60)
    }
    steps = [
        {"id": name, "type": "transform", "expression": f"[{references}]"}
        for name, references in wrong.items()
    ]
    found = faults_of({"schema_version": 1, "steps": steps})
    assert len(found) == 501
    assert found[0].code == "limit"
    assert "did you mean 'a_step_with_a_long_name_" in found[1].message
