"""One trace id from the HTTP request to the ledger."""

import asyncio

from tests.support.collector import Collector
from tests.support.processes import Client
from tests.support.runs import cost_of, prompt_pipeline, published

EXPECTED_PARTS = {"gateway", "execution", "prompts", "pipelines", "billing"}


async def test_a_request_its_run_its_provider_call_and_its_ledger_entry_are_one_trace(
    demo: Client, collector: Collector
) -> None:
    pipeline_id = await published(demo, prompt_pipeline("sim-echo"))
    trace_id = "0af7651916cd43dd8448eb211c80319c"
    body = {"pipeline": pipeline_id, "input": {"text": "traced"}}
    traceparent = f"00-{trace_id}-b7ad6b7169203331-01"
    status, run = await demo.call("POST", "/v1/runs", body, traceparent=traceparent)
    assert status == 201
    await demo.finished(run["id"])
    await cost_of(demo, run["id"], 1)
    async with asyncio.timeout(20):
        while not _is_whole(collector, trace_id):
            await asyncio.sleep(0.2)
    assert run["trace_id"] == trace_id


def _is_whole(collector: Collector, trace_id: str) -> bool:
    spans = collector.trace(trace_id)
    names = " ".join(span.name for span in spans)
    wanted = ("StartRun", "step", "chat", "usage.recorded", "sql")
    return {span.part for span in spans} >= EXPECTED_PARTS and all(w in names for w in wanted)
