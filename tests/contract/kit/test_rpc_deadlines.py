"""Deadlines on the wire: work ends with them, and each hop leaves time to say what timed out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from promptpilot.execution.v1 import execution_pb2, execution_pb2_grpc
from promptpilot.identity.v1 import identity_pb2, identity_pb2_grpc
from services.kit.caller import acting_as
from services.kit.errors import DeadlineExceeded
from services.kit.rpc.deadline import SHAVE_S, time_left, within
from services.kit.telemetry import metrics
from tests.support.rpc import member, served

ADD_IDENTITY = identity_pb2_grpc.add_IdentityServiceServicer_to_server
ADD_EXECUTION = execution_pb2_grpc.add_ExecutionServiceServicer_to_server


class Slow(identity_pb2_grpc.IdentityServiceServicer):
    """Works for ever, and notes when it is told to stop."""

    def __init__(self) -> None:
        self.stopped = asyncio.Event()
        self.inner: Any = None
        self.lefts: list[float | None] = []

    async def GetTenant(self, request: Any, context: Any) -> Any:
        self.lefts.append(time_left())
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.stopped.set()
            raise

    async def GetMe(self, request: Any, context: Any) -> Any:
        """Call a slow inner part without naming a time-out of its own."""
        self.lefts.append(time_left())
        return await self.inner.GetTenant(identity_pb2.GetTenantRequest())


class SlowStream(execution_pb2_grpc.ExecutionServiceServicer):
    """Streams for ever, and notes when it is told to stop."""

    def __init__(self) -> None:
        self.stopped = asyncio.Event()

    async def WatchRun(
        self, request: Any, context: Any
    ) -> AsyncIterator[execution_pb2.WatchRunResponse]:
        try:
            while True:
                yield execution_pb2.WatchRunResponse()
                await asyncio.sleep(0.01)
        finally:
            self.stopped.set()


def handled(method: str, code: str) -> float:
    service = "promptpilot.identity.v1.IdentityService"
    return float(metrics.RPC_HANDLED.labels(service, method, code)._value.get())


async def test_work_stops_when_its_deadline_passes() -> None:
    servicer = Slow()
    before = handled("GetTenant", "DEADLINE_EXCEEDED")
    async with served((ADD_IDENTITY, servicer)) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()), pytest.raises(DeadlineExceeded):
            await stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=0.2)
        await asyncio.wait_for(servicer.stopped.wait(), 2)
    assert handled("GetTenant", "DEADLINE_EXCEEDED") == before + 1


async def test_work_that_runs_into_its_own_time_out_with_the_deadline_is_no_bug() -> None:
    class Punctual(identity_pb2_grpc.IdentityServiceServicer):
        async def GetTenant(self, request: Any, context: Any) -> Any:
            await asyncio.sleep((time_left() or 0) - SHAVE_S / 2)
            raise TimeoutError

    async with served((ADD_IDENTITY, Punctual())) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()), pytest.raises(DeadlineExceeded):
            await stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=0.3)


async def test_work_stops_when_its_caller_gives_up() -> None:
    servicer = Slow()
    before = handled("GetTenant", "CANCELLED")
    async with served((ADD_IDENTITY, servicer)) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()):
            call = asyncio.create_task(stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=30))
            await asyncio.sleep(0.1)
        call.cancel()
        await asyncio.wait_for(servicer.stopped.wait(), 2)
    assert call.cancelled()
    assert handled("GetTenant", "CANCELLED") == before + 1


async def test_a_stream_stops_when_its_reader_gives_up() -> None:
    servicer = SlowStream()
    async with served((ADD_EXECUTION, servicer)) as where:
        stub: Any = execution_pb2_grpc.ExecutionServiceStub(where.channel)
        with acting_as(member()):
            stream = stub.WatchRun(execution_pb2.WatchRunRequest(), timeout=30)
        await anext(stream)
        await stream.aclose()
        await asyncio.wait_for(servicer.stopped.wait(), 2)


async def test_a_stream_stops_when_its_reader_is_cancelled() -> None:
    servicer = SlowStream()
    async with served((ADD_EXECUTION, servicer)) as where:
        stub: Any = execution_pb2_grpc.ExecutionServiceStub(where.channel)

        async def read() -> None:
            with acting_as(member()):
                async for _ in stub.WatchRun(execution_pb2.WatchRunRequest(), timeout=30):
                    pass

        reading = asyncio.create_task(read())
        await asyncio.sleep(0.1)
        reading.cancel()
        await asyncio.wait_for(servicer.stopped.wait(), 2)


async def test_a_stream_ends_with_its_deadline() -> None:
    async with served((ADD_EXECUTION, SlowStream())) as where:
        stub: Any = execution_pb2_grpc.ExecutionServiceStub(where.channel)

        async def read() -> None:
            async for _ in stub.WatchRun(execution_pb2.WatchRunRequest(), timeout=0.2):
                pass

        with acting_as(member()), pytest.raises(DeadlineExceeded):
            await read()


async def test_an_inner_call_inherits_the_deadline_and_its_part_is_named() -> None:
    """Outer -> inner -> nothing: the outer part still has time to say that the inner timed out."""
    inner, outer = Slow(), Slow()
    async with served((ADD_IDENTITY, inner)) as inside, served((ADD_IDENTITY, outer)) as outside:
        outer.inner = identity_pb2_grpc.IdentityServiceStub(inside.channel)
        stub: Any = identity_pb2_grpc.IdentityServiceStub(outside.channel)
        with acting_as(member()), pytest.raises(DeadlineExceeded):
            await stub.GetMe(identity_pb2.GetMeRequest(), timeout=0.5)
        await asyncio.wait_for(inner.stopped.wait(), 2)
    (outer_left,), (inner_left,) = outer.lefts, inner.lefts
    assert outer_left is not None
    assert inner_left is not None
    assert inner_left <= outer_left - SHAVE_S


async def test_a_request_wide_deadline_binds_every_call_inside() -> None:
    servicer = Slow()
    async with served((ADD_IDENTITY, servicer)) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()), within(0.3), pytest.raises(DeadlineExceeded):
            await stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=30)
    (left,) = servicer.lefts
    assert left is not None
    assert left <= 0.3 - SHAVE_S
