"""A model call is one span: who was asked, who answered, what it used, and how it failed."""

from collections.abc import AsyncGenerator, Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from services.execution.adapters.models.simulator import Simulator
from services.execution.adapters.models.traced import TracedProvider
from services.execution.errors import ProviderBadResponse
from services.execution.rules.model_calls import ChatMessage, Completion, Delta, ModelRequest
from services.kit import telemetry

SECRET = "what was said stays out of traces"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with telemetry.recording(exporter):
        yield exporter


def _request(model: str) -> ModelRequest:
    return ModelRequest(model, (ChatMessage("user", SECRET),), {}, 5, "once")


def _only(exporter: InMemorySpanExporter) -> ReadableSpan:
    (span,) = exporter.get_finished_spans()
    return span


async def test_a_call_tells_its_model_its_provider_and_its_tokens_but_not_its_words(
    spans: InMemorySpanExporter,
) -> None:
    provider = TracedProvider(Simulator(pace=0))
    *_, last = [item async for item in provider.stream(_request("sim-echo"))]
    span = _only(spans)
    assert isinstance(last, Completion)
    assert span.name == "chat sim-echo"
    said = dict(span.attributes or {})
    assert said["gen_ai.request.model"] == "sim-echo"
    assert said["gen_ai.provider.name"] == last.provider
    assert said["gen_ai.usage.input_tokens"] == last.usage.input_tokens > 0
    assert said["gen_ai.usage.output_tokens"] == last.usage.output_tokens > 0
    assert SECRET not in span.to_json()


async def test_a_call_that_fails_says_why(spans: InMemorySpanExporter) -> None:
    class Broken:
        name = "broken"

        async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Completion, None]:
            yield Delta("half")
            raise ProviderBadResponse("cut")

    with pytest.raises(ProviderBadResponse):
        _ = [item async for item in TracedProvider(Broken()).stream(_request("x"))]
    span = _only(spans)
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == ProviderBadResponse.reason


async def test_a_call_whose_reader_leaves_still_ends_its_span(spans: InMemorySpanExporter) -> None:
    stream = TracedProvider(Simulator(pace=0)).stream(_request("sim-text"))
    async for _ in stream:
        break
    await stream.aclose()
    assert _only(spans).name == "chat sim-text"
