"""Runs from start to end: order, data, branches, joins, outputs, failures."""

import json

import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from tests.support.execution import World, chain, definition, prompt, transform


async def test_a_run_of_two_prompts_succeeds_with_output_usage_and_a_gapless_log(
    world: World,
) -> None:
    text = "Ants build cities. They feed their young. They wage war. Nobody tells them how. " * 5
    run = await world.finish(
        definition(
            prompt("summarise"),
            prompt("again", text="${steps.summarise.output.text}"),
            output={"text": "${steps.again.output.text}"},
        ),
        {"text": text},
    )
    assert run.state == pb.RUN_STATE_SUCCEEDED
    assert json.loads(run.output_json)["text"]
    assert [step.state for step in run.steps] == [pb.STEP_STATE_SUCCEEDED] * 2
    assert run.usage.input_tokens == sum(step.usage.input_tokens for step in run.steps) > 0
    assert await world.types(run.id) == [
        "run.queued",
        "run.started",
        "step.started:summarise",
        "step.succeeded:summarise",
        "step.started:again",
        "step.succeeded:again",
        "run.succeeded",
    ]
    usage = await world.usage_rows(run.id)
    assert sorted(each["step_id"] for each in usage) == ["again", "summarise"]
    assert all(each["usage_id"].startswith("use_") for each in usage)


async def test_a_chain_passes_values_on(world: World) -> None:
    run = await world.finish(chain(20))
    assert run.state == pb.RUN_STATE_SUCCEEDED
    assert run.output_json == "20"
    assert run.epoch == 1


@pytest.mark.parametrize(
    ("score", "ran", "skipped"), [(9, "publish", "improve"), (3, "improve", "publish")]
)
async def test_a_condition_runs_one_branch_and_a_join_after_it_runs_on_either(
    world: World, score: int, ran: str, skipped: str
) -> None:
    run = await world.finish(
        definition(
            {
                "id": "good",
                "type": "condition",
                "if": "input.score >= 8",
                "then": ["publish"],
                "else": ["improve"],
            },
            transform("publish", "'published'"),
            transform("improve", "'improved'"),
            transform("after_improve", "steps.improve.output"),
            transform(
                "join",
                "steps.publish.state == 'succeeded' ? steps.publish.output : steps.improve.output",
                run_if="any",
            ),
        ),
        {"score": score},
    )
    states = {step.step_id: step.state for step in run.steps}
    assert run.state == pb.RUN_STATE_SUCCEEDED
    assert states[ran] == pb.STEP_STATE_SUCCEEDED
    assert states[skipped] == pb.STEP_STATE_SKIPPED
    assert states["after_improve"] == states["improve"]
    assert json.loads(run.output_json) == {"publish": "published", "improve": "improved"}[ran]


async def test_a_failing_expression_fails_step_and_run_with_its_reason(world: World) -> None:
    run = await world.finish(
        definition(transform("a", "input.missing.thing"), transform("b", "steps.a.output"))
    )
    assert run.state == pb.RUN_STATE_FAILED
    assert run.error.reason == "EXPRESSION_FAILED"
    assert run.error.step_id == "a"
    assert [step.state for step in run.steps] == [pb.STEP_STATE_FAILED, pb.STEP_STATE_CANCELLED]
    assert (await world.types(run.id))[-2:] == ["step.failed:a", "run.failed"]
