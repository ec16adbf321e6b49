"""ValidatePipeline, with a real prompts service to ask."""

from typing import Any

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import DeadlineExceeded, InvalidArgument, Unavailable
from tests.support.pipelines import Door, pipelines_running, settings_for, transforms
from tests.support.stack import Stack


def prompts(*steps: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    """Make a definition of prompt steps `s1`, `s2` … from references and variables."""
    return {
        "schema_version": 1,
        "input": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "count": {"type": "integer"}},
        },
        "steps": [
            {"id": f"s{number}", "type": "prompt", "prompt": prompt, "variables": variables}
            for number, (prompt, variables) in enumerate(steps, 1)
        ],
    }


SUMMARY = {"name": "text-summarization"}
TEXT = {"text": "${input.text}"}


async def told(door: Door, definition: Any) -> list[tuple[str, str, str, str]]:
    """Return the faults, each as path, step, code and message."""
    faults = await door.faults(definition)
    return [(fault.path, fault.step_id, fault.code, fault.message) for fault in faults]


async def test_a_sound_definition_has_no_faults(door: Door) -> None:
    assert await told(door, prompts((SUMMARY, TEXT))) == []
    assert await told(door, prompts(({**SUMMARY, "label": "latest"}, TEXT))) == []
    assert await told(door, prompts(({**SUMMARY, "version": 1}, TEXT))) == []
    assert await told(door, transforms()) == []


async def test_every_missing_prompt_label_and_version_is_named(door: Door) -> None:
    definition = prompts(
        ({"name": "nobody"}, {}),
        (SUMMARY, TEXT),
        ({**SUMMARY, "label": "nightly"}, TEXT),
        ({**SUMMARY, "version": 9}, TEXT),
        ({"name": "nobody-else", "label": "staging"}, {}),
    )
    assert await told(door, definition) == [
        (
            "steps[0].prompt",
            "s1",
            "missing_prompt",
            "there is no prompt 'nobody': create it, or name another",
        ),
        (
            "steps[2].prompt",
            "s3",
            "missing_prompt",
            (
                "the prompt 'text-summarization' has no label 'nightly': "
                "set the label, or name another label or a version"
            ),
        ),
        (
            "steps[3].prompt",
            "s4",
            "missing_prompt",
            (
                "the prompt 'text-summarization' has no version 9: "
                "name a version that exists, or a label"
            ),
        ),
        (
            "steps[4].prompt",
            "s5",
            "missing_prompt",
            "there is no prompt 'nobody-else': create it, or name another",
        ),
    ]


async def test_missing_unknown_and_wrong_variables_are_named(door: Door) -> None:
    definition = prompts(
        (SUMMARY, {"text": None, "lenght": "short"}),
        (SUMMARY, {"text": "${input.count}"}),
        ({"name": "data-analysis"}, {"question": 7, "data": "${input.text}", "depth": "dep"}),
    )
    assert await told(door, definition) == [
        (
            "steps[0].variables.lenght",
            "s1",
            "unknown_field",
            (
                "is not a variable of the prompt 'text-summarization' at label 'production': "
                "did you mean 'length'?"
            ),
        ),
        (
            "steps[0].variables.text",
            "s1",
            "missing_field",
            "is missing: the prompt 'text-summarization' at label 'production' needs text for it",
        ),
        (
            "steps[1].variables.text",
            "s2",
            "wrong_type",
            "must be text, as the prompt declares it; write it as string(…)",
        ),
        (
            "steps[2].variables.question",
            "s3",
            "wrong_type",
            "must be text, as the prompt declares it",
        ),
        (
            "steps[2].variables.depth",
            "s3",
            "wrong_type",
            (
                "must be 'quick', 'standard' or 'deep', as the prompt declares it; "
                "did you mean 'deep'?"
            ),
        ),
    ]


async def test_variables_that_a_prompt_uses_undeclared_are_known(door: Door) -> None:
    await door.prompts.create(door.caller, "tell", "Tell {{who}} about {{what}}.")
    reference = {"name": "tell", "label": "latest"}
    assert await told(door, prompts((reference, {"who": "me", "what": "you"}))) == []
    assert [fault[0] for fault in await told(door, prompts((reference, {"who": "me"})))] == [
        "steps[0].variables.what"
    ]


async def test_faults_of_the_text_and_of_prompts_come_together_in_order(door: Door) -> None:
    definition = prompts(({"name": "nobody"}, {"x": "${input.txt}"}), (SUMMARY, TEXT))
    definition["steps"][1]["timeout_ms"] = 1
    assert [(fault[0], fault[2]) for fault in await told(door, definition)] == [
        ("steps[0].variables.x", "unknown_reference"),
        ("steps[0].prompt", "missing_prompt"),
        ("steps[1].timeout_ms", "limit"),
    ]


async def test_a_pipeline_with_a_missing_prompt_cannot_be_created(door: Door) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await door.create(prompts(({"name": "nobody"}, {})))
    assert caught.value.reason == "DEFINITION_INVALID"
    assert [one.field for one in caught.value.violations] == ["steps[0].prompt"]


async def test_prompts_of_another_tenant_are_missing_for_the_other_tenant(
    door: Door, other: Door
) -> None:
    await door.prompts.create(door.caller, "secret", "Secret.")
    definition = prompts(({"name": "secret", "label": "latest"}, {}))
    assert await told(door, definition) == []
    assert [fault[2] for fault in await told(other, definition)] == ["missing_prompt"]


async def test_a_definition_of_three_hundred_prompts_is_checked_in_parts(door: Door) -> None:
    steps: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"name": f"missing-{number}"}, {}) for number in range(300)
    ]
    faults = await told(door, prompts(*steps, (SUMMARY, TEXT)))
    assert [fault[0] for fault in faults] == [f"steps[{number}].prompt" for number in range(300)]


async def test_without_prompts_nothing_is_claimed_about_them(door: Door, stack: Stack) -> None:
    settings = await settings_for(stack, prompts="127.0.0.1:1")
    async with pipelines_running(settings, door.prompts) as alone:
        # Whichever comes first: nobody there, or the time that a peer has to come back.
        with pytest.raises((Unavailable, DeadlineExceeded)):
            await told(alone, prompts((SUMMARY, TEXT)))
        assert await told(alone, transforms()) == []


async def test_each_template_is_sound_for_a_new_tenant_and_can_be_created(door: Door) -> None:
    listed = await door.rpc.ListPipelineTemplates(pb.ListPipelineTemplatesRequest())
    assert [one.id for one in listed.templates] == ["summarise-translate", "draft-critique-improve"]
    for one in listed.templates:
        assert await told(door, one.definition_json) == []
        made = await door.create(definition_json="", template_id=one.id, name=one.id)
        assert made.version.number == 1


async def test_the_schema_is_given_to_anybody(door: Door) -> None:
    answer = await door.rpc.GetDefinitionSchema(pb.GetDefinitionSchemaRequest())
    assert '"https://json-schema.org/draft/2020-12/schema"' in answer.schema_json
