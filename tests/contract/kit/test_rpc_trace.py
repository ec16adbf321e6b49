"""One trace id goes through every hop, and each RPC leaves its numbers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from promptpilot.execution.v1 import execution_pb2, execution_pb2_grpc
from promptpilot.identity.v1 import identity_pb2, identity_pb2_grpc
from services.kit import telemetry
from services.kit.caller import acting_as
from services.kit.errors import Internal, NotFound
from services.kit.telemetry import metrics
from tests.support.rpc import member, served

ADD_IDENTITY = identity_pb2_grpc.add_IdentityServiceServicer_to_server
ADD_EXECUTION = execution_pb2_grpc.add_ExecutionServiceServicer_to_server
IDENTITY = "promptpilot.identity.v1.IdentityService"


class Identity(identity_pb2_grpc.IdentityServiceServicer):
    """Notes the trace it is called in; fails in two ways."""

    def __init__(self) -> None:
        self.inner: Any = None
        self.traces: list[str] = []

    async def GetMe(self, request: Any, context: Any) -> identity_pb2.GetMeResponse:
        self.traces.append(telemetry.trace_id())
        await self.inner.GetTenant(identity_pb2.GetTenantRequest())
        return identity_pb2.GetMeResponse()

    async def GetTenant(self, request: Any, context: Any) -> identity_pb2.GetTenantResponse:
        self.traces.append(telemetry.trace_id())
        return identity_pb2.GetTenantResponse()

    async def UpdateTenant(self, request: Any, context: Any) -> Any:
        raise NotFound("not there")

    async def ListMembers(self, request: Any, context: Any) -> Any:
        raise RuntimeError("a bug")


class Execution(execution_pb2_grpc.ExecutionServiceServicer):
    """Streams two answers."""

    async def WatchRun(
        self, request: Any, context: Any
    ) -> AsyncIterator[execution_pb2.WatchRunResponse]:
        yield execution_pb2.WatchRunResponse()
        yield execution_pb2.WatchRunResponse()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    with telemetry.recording(exporter):
        yield exporter


async def settled(spans: InMemorySpanExporter, count: int) -> tuple[ReadableSpan, ...]:
    """Wait for the server's last span: it ends just after the answer has left."""
    for _ in range(100):
        if len(spans.get_finished_spans()) >= count:
            break
        await asyncio.sleep(0.01)
    return spans.get_finished_spans()


async def test_one_trace_goes_through_two_hops(spans: InMemorySpanExporter) -> None:
    inner, outer = Identity(), Identity()
    async with served((ADD_IDENTITY, inner)) as inside, served((ADD_IDENTITY, outer)) as outside:
        outer.inner = identity_pb2_grpc.IdentityServiceStub(inside.channel)
        stub: Any = identity_pb2_grpc.IdentityServiceStub(outside.channel)
        with acting_as(member()), telemetry.tracer().start_as_current_span("GET /v1/session"):
            trace = telemetry.trace_id()
            await stub.GetMe(identity_pb2.GetMeRequest(), timeout=5)
        ended = await settled(spans, 5)
    assert outer.traces == inner.traces == [trace]
    assert {format(span.context.trace_id, "032x") for span in ended if span.context} == {trace}
    by_id = {span.context.span_id: span for span in ended if span.context}
    chain, at = (
        [],
        next(
            span
            for span in ended
            if span.name.endswith("GetTenant") and span.kind is SpanKind.SERVER
        ),
    )
    while at is not None:
        chain.append((at.name.rpartition("/")[2], at.kind.name))
        at = by_id[at.parent.span_id] if at.parent else None  # type: ignore[assignment] # ends
    assert chain == [
        ("GetTenant", "SERVER"),
        ("GetTenant", "CLIENT"),
        ("GetMe", "SERVER"),
        ("GetMe", "CLIENT"),
        ("session", "INTERNAL"),
    ]


async def test_without_an_exporter_the_trace_id_still_travels() -> None:
    servicer = Identity()
    async with served((ADD_IDENTITY, servicer)) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()), telemetry.tracer().start_as_current_span("x"):
            trace = telemetry.trace_id()
            await stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=5)
    assert servicer.traces == [trace]


async def test_a_caller_without_a_trace_starts_one() -> None:
    servicer = Identity()
    async with served((ADD_IDENTITY, servicer)) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()):
            await stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=5)
            await stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=5)
    assert len(set(servicer.traces)) == 2
    assert all(len(trace) == 32 for trace in servicer.traces)


async def test_a_refusal_is_no_error_of_the_server_and_a_bug_is(
    spans: InMemorySpanExporter,
) -> None:
    async with served((ADD_IDENTITY, Identity())) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()):
            with pytest.raises(NotFound):
                await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=5)
            with pytest.raises(Internal):
                await stub.ListMembers(identity_pb2.ListMembersRequest(), timeout=5)
        ended = await settled(spans, 4)
    states = {(span.name.rpartition("/")[2], span.kind): span.status.status_code for span in ended}
    assert states == {
        ("UpdateTenant", SpanKind.SERVER): StatusCode.UNSET,
        ("UpdateTenant", SpanKind.CLIENT): StatusCode.ERROR,
        ("ListMembers", SpanKind.SERVER): StatusCode.ERROR,
        ("ListMembers", SpanKind.CLIENT): StatusCode.ERROR,
    }


async def test_a_stream_is_one_span_on_each_side(spans: InMemorySpanExporter) -> None:
    async with served((ADD_EXECUTION, Execution())) as where:
        stub: Any = execution_pb2_grpc.ExecutionServiceStub(where.channel)
        with acting_as(member()):
            stream = stub.WatchRun(execution_pb2.WatchRunRequest(), timeout=5)
            assert len([answer async for answer in stream]) == 2
        ended = await settled(spans, 2)
    assert sorted(span.kind.name for span in ended) == ["CLIENT", "SERVER"]


def sample(name: str, **labels: str) -> float:
    return metrics.REGISTRY.get_sample_value(name, labels) or 0.0


async def test_each_rpc_leaves_rate_errors_and_duration() -> None:
    where_to = {"service": IDENTITY, "method": "UpdateTenant"}
    served_before = sample("promptpilot_rpc_server_handled_total", **where_to, code="NOT_FOUND")
    timed_before = sample("promptpilot_rpc_server_seconds_count", **where_to)
    called_before = sample(
        "promptpilot_rpc_client_handled_total", peer="peer", method="UpdateTenant", code="NOT_FOUND"
    )
    async with served((ADD_IDENTITY, Identity())) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()), pytest.raises(NotFound):
            await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=5)
    after = sample("promptpilot_rpc_server_handled_total", **where_to, code="NOT_FOUND")
    assert after == served_before + 1
    assert sample("promptpilot_rpc_server_seconds_count", **where_to) == timed_before + 1
    assert called_before + 1 == sample(
        "promptpilot_rpc_client_handled_total", peer="peer", method="UpdateTenant", code="NOT_FOUND"
    )
    assert sample("promptpilot_rpc_server_in_flight") == 0


def test_no_metric_names_a_tenant_or_a_user() -> None:
    for family in metrics.REGISTRY.collect():
        for one in family.samples:
            assert not {"tenant", "tenant_id", "user", "actor", "request_id"} & set(one.labels)
