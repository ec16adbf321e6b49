"""GetRunCost: what a run cost, to the nano-dollar."""

from datetime import timedelta

import pytest

from promptpilot.billing.v1 import billing_pb2 as pb
from promptpilot.execution.v1.execution_pb2 import MODE_TEST
from services.kit.ids import new_id
from tests.support.billing import NOON, Door, usage


async def cost(door: Door, run_id: str) -> pb.GetRunCostResponse:
    answer: pb.GetRunCostResponse = await door.rpc.GetRunCost(pb.GetRunCostRequest(run_id=run_id))
    return answer


async def test_a_run_costs_the_sum_of_its_records_in_their_order(door: Door) -> None:
    run_id = new_id("run")
    later = usage(run_id=run_id, step_id="b", given=3, answered=1, at=NOON + timedelta(seconds=1))
    earlier = usage(run_id=run_id, step_id="a", given=7, answered=2)
    await door.book(later, earlier, usage())
    answer = await cost(door, run_id)
    # gpt-4o-mini: $0.15 and $0.60 for a million tokens are 150 and 600 nano-dollars for one.
    assert [record.cost_nano_usd for record in answer.records] == [7 * 150 + 2 * 600, 3 * 150 + 600]
    assert answer.cost_nano_usd == sum(record.cost_nano_usd for record in answer.records)
    assert [record.step_id for record in answer.records] == ["a", "b"]


async def test_a_record_says_what_was_used_and_where_its_price_is_from(door: Door) -> None:
    event = usage(given=1_000, cached=400, answered=500, reasoned=100)
    record = await door.record(event)
    assert record == pb.UsageRecord(
        id=event.usage_id,
        run_id=event.run_id,
        step_id="s1",
        attempt=1,
        pipeline_id=event.pipeline_id,
        prompt_id=event.prompt_id,
        prompt_version=2,
        provider="openai",
        model="gpt-4o-mini",
        is_test=False,
        input_tokens=1_000,
        output_tokens=500,
        cached_input_tokens=400,
        # 600 x 150 + 400 x 75 + 500 x 600
        cost_nano_usd=420_000,
        price_source=pb.PRICE_SOURCE_CATALOGUE,
        occur_time=event.occur_time,
    )


async def test_test_mode_costs_nothing_whatever_the_model(door: Door) -> None:
    record = await door.record(usage(mode=MODE_TEST, provider="openai", model="gpt-4o"))
    assert record.is_test
    assert record.cost_nano_usd == 0
    assert record.price_source == pb.PRICE_SOURCE_SIMULATOR


@pytest.mark.parametrize(
    ("provider", "model"),
    [("openai", "a-model-of-tomorrow"), ("my-own-server", "gpt-4o-mini"), ("", "")],
)
async def test_what_nobody_knows_costs_the_fallback_price_and_is_flagged(
    door: Door, provider: str, model: str
) -> None:
    record = await door.record(usage(provider=provider, model=model, given=10, answered=1))
    assert record.price_source == pb.PRICE_SOURCE_FALLBACK
    assert record.cost_nano_usd == 10 * 10_000 + 30_000


async def test_a_run_that_used_nothing_cost_nothing(door: Door) -> None:
    await door.book(usage(run_id="", call_id="cal_1", usage_id=new_id("use")))
    for run_id in (new_id("run"), "", "nul\0"):
        assert await cost(door, run_id) == pb.GetRunCostResponse()


async def test_another_tenants_run_cost_nothing_as_the_other_tenant_sees_it(
    door: Door, other: Door
) -> None:
    event = usage()
    await door.book(event)
    assert await cost(other, event.run_id) == pb.GetRunCostResponse()
    assert (await cost(door, event.run_id)).cost_nano_usd > 0
