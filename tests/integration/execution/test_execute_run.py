"""Runs from start to end: order, data, branches, joins, outputs, failures."""

import json

import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from tests.support.execution import World, chain, condition, definition, prompt, transform


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


async def test_expensive_expressions_run_beside_the_event_loop_and_cannot_hang_it(
    world: World,
) -> None:
    quick = await world.start(
        definition(
            transform("names", "input.people.filter(p, p.age > 30).map(p, p.name)"),
            condition("any", "steps.names.output.exists(n, n == 'Ida')", then=["yes"]),
            transform("yes", "'yes'"),
        ),
        {"people": [{"name": "Ida", "age": 41}, {"name": "Jo", "age": 9}]},
    )
    endless = await world.start(
        definition(transform("hang", "input.l.map(x, input.l.map(y, x * y)).size()")),
        {"l": list(range(2_000))},
    )
    assert json.loads((await world.ended(quick.id)).output_json) == "yes"
    failed = await world.ended(endless.id)
    assert failed.error.reason == "EXPRESSION_FAILED"
    assert "longer than" in failed.error.message


async def test_a_condition_that_gives_no_truth_value_fails(world: World) -> None:
    made = definition(condition("c", "input.x", then=["t"]), transform("t", "1"))
    run = await world.finish(made, {"x": 5})
    assert run.error.reason == "EXPRESSION_FAILED"


async def test_a_run_of_five_hundred_steps_side_by_side_succeeds(world: World) -> None:
    steps = [transform(f"s{number}", str(number)) for number in range(499)]
    last = transform("last", "steps.s0.output + steps.s498.output", needs=["s7"])
    run = await world.finish(definition(*steps, last))
    assert run.output_json == "498"
    assert len(await world.usage_rows(run.id)) == 0
    request = pb.ListRunEventsRequest(run_id=run.id, after_sequence=1_000, page_size=500)
    answer: pb.ListRunEventsResponse = await world.rpc.ListRunEvents(request)
    assert answer.events[-1].type == "run.succeeded"
    assert answer.events[-1].sequence == 2 + 2 * 500 + 1


async def test_what_is_said_about_a_finished_run_is_published_once(world: World) -> None:
    run = await world.finish(chain(3))
    rows = await world.stack.query(
        "execution",
        "SELECT payload FROM control.outbox WHERE tenant_id = $1 AND type LIKE '%run.finished%'",
        world.tenant,
    )
    assert [json.loads(row["payload"])["run_id"] for row in rows] == [run.id]
