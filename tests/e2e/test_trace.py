"""One trace id from the HTTP request to the ledger."""

import asyncio

from tests.support.collector import Collector
from tests.support.processes import Client
from tests.support.runs import cost_of, prompt_pipeline, published

# From the request to the ledger, in order: part and span.
EXPECTED = (
    "gateway: POST startRun",
    "execution: promptpilot.execution.v1.ExecutionService/StartRun",
    "pipelines: promptpilot.pipelines.v1.PipelinesService/",
    "prompts: promptpilot.prompts.v1.PromptsService/",
    "execution: run",
    "execution: step prompt",
    "execution: chat sim-echo",
    "execution: commit",
    "execution: sql WITH",
    "billing: apply dev.promptpilot.execution.usage.recorded.v1",
    "billing: sql INSERT",
)


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
    for _ in range(100):
        if not (missing := _missing(collector, trace_id)):
            break
        await asyncio.sleep(0.2)
    assert not missing
    assert run["trace_id"] == trace_id


def _missing(collector: Collector, trace_id: str) -> set[str]:
    """Return what the trace does not show yet: parts, and what was done in each."""
    spans = collector.trace(trace_id)
    shown = {span.part for span in spans} | {f"{span.part}: {span.name}" for span in spans}
    return {each for each in EXPECTED if not any(each in one for one in shown)}
