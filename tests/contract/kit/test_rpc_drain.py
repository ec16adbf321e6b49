"""The drain fails nobody: clients turn away, what is in flight ends, streams are resumed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from promptpilot.execution.v1 import execution_pb2, execution_pb2_grpc
from promptpilot.identity.v1 import identity_pb2, identity_pb2_grpc
from services.kit.caller import acting_as
from services.kit.errors import AppError, Unavailable
from services.kit.rpc.client import connect
from services.kit.rpc.drain import until_drain
from services.kit.rpc.server import RpcServer
from services.kit.settings import RpcSettings
from tests.support.rpc import member, rpc_settings, served

ADD_IDENTITY = identity_pb2_grpc.add_IdentityServiceServicer_to_server
ADD_EXECUTION = execution_pb2_grpc.add_ExecutionServiceServicer_to_server
# Who waited for the end of this drain would not be back today.
PATIENT = rpc_settings().model_copy(update={"drain_timeout_s": 3600})


class Working(identity_pb2_grpc.IdentityServiceServicer):
    """Takes a while for each answer."""

    def __init__(self, takes_s: float) -> None:
        self.takes_s = takes_s
        self.answered = 0

    async def UpdateTenant(self, request: Any, context: Any) -> identity_pb2.UpdateTenantResponse:
        await asyncio.sleep(self.takes_s)
        self.answered += 1
        return identity_pb2.UpdateTenantResponse()


class Tail(execution_pb2_grpc.ExecutionServiceServicer):
    """A run that never ends, followed so that it can be resumed, and a model that speaks long."""

    async def WatchRun(
        self, request: Any, context: Any
    ) -> AsyncIterator[execution_pb2.WatchRunResponse]:
        async def events() -> AsyncIterator[execution_pb2.WatchRunResponse]:
            while True:
                yield execution_pb2.WatchRunResponse()
                await asyncio.sleep(0.02)

        async for event in until_drain(events()):
            yield event

    async def StreamModelCall(
        self, request: Any, context: Any
    ) -> AsyncIterator[execution_pb2.StreamModelCallResponse]:
        for _ in range(20):
            yield execution_pb2.StreamModelCallResponse()
            await asyncio.sleep(0.02)


async def started(add: Any, servicer: object, settings: RpcSettings | None = None) -> RpcServer:
    server = RpcServer(settings or rpc_settings(), [(add, servicer)])
    await server.start()
    await server.set_serving()
    return server


async def test_no_call_fails_while_one_of_two_instances_drains_under_load() -> None:
    """Commands, which are never retried, at full load; one instance goes, another comes."""
    servicers = [Working(0.005), Working(0.005), Working(0.005)]
    servers = [await started(ADD_IDENTITY, servicer) for servicer in servicers[:2]]
    address = "ipv4:" + ",".join(f"127.0.0.1:{server.port}" for server in servers)
    channel = connect("peer", rpc_settings(peer=address), issuer="gateway")
    stub: Any = identity_pb2_grpc.IdentityServiceStub(channel)
    succeeded, failed, is_over = 0, list[AppError](), False

    async def client() -> None:
        nonlocal succeeded
        while not is_over:
            try:
                await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=5)
                succeeded += 1
            except AppError as error:
                failed.append(error)

    with acting_as(member()):
        clients = [asyncio.create_task(client()) for _ in range(16)]
    await asyncio.sleep(0.5)
    before = servicers[0].answered
    await servers[0].drain()
    drained_at = succeeded
    await asyncio.sleep(0.5)
    is_over = True
    await asyncio.gather(*clients)
    await channel.close()
    await servers[1].drain(pre_drain_s=0)
    assert failed == []
    assert before > 10, "the drained instance had its share before"
    assert succeeded > drained_at + 10, "and calls went on after it"
    assert sum(servicer.answered for servicer in servicers) == succeeded


async def test_what_is_in_flight_ends_well_and_the_drain_waits_no_longer() -> None:
    server = await started(ADD_IDENTITY, Working(0.4), PATIENT)
    address = f"127.0.0.1:{server.port}"
    async with connect("peer", rpc_settings(peer=address), issuer="gateway") as channel:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(channel)
        with acting_as(member()):
            calls = [
                asyncio.create_task(
                    stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=5)
                )
                for _ in range(20)
            ]
        await asyncio.sleep(0.2)
        assert server.in_flight == 20
        await server.drain(pre_drain_s=0)
        await asyncio.gather(*calls)
        assert server.in_flight == 0


async def test_what_does_not_end_in_time_is_cut_and_its_caller_told() -> None:
    settings = rpc_settings().model_copy(update={"drain_timeout_s": 0.2})
    async with served((ADD_IDENTITY, Working(30)), settings=settings) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        with acting_as(member()):
            call = asyncio.create_task(
                stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=60)
            )
        await asyncio.sleep(0.1)
        await where.server.drain(pre_drain_s=0)
        with pytest.raises(Unavailable):
            await call


async def _read_to_the_end(stream: Any) -> int:
    return len([answer async for answer in stream])


async def test_a_stream_that_can_be_resumed_ends_with_a_reason_that_says_so() -> None:
    async with served((ADD_EXECUTION, Tail()), settings=PATIENT) as where:
        stub: Any = execution_pb2_grpc.ExecutionServiceStub(where.channel)
        with acting_as(member()):
            stream = stub.WatchRun(execution_pb2.WatchRunRequest(), timeout=3600)
        await anext(stream)
        draining = asyncio.create_task(where.server.drain(pre_drain_s=0))
        with pytest.raises(Unavailable) as raised:
            await _read_to_the_end(stream)
        await draining
    assert raised.value.reason == "DRAINING"


async def test_a_stream_that_cannot_be_resumed_is_waited_for() -> None:
    async with served((ADD_EXECUTION, Tail())) as where:
        stub: Any = execution_pb2_grpc.ExecutionServiceStub(where.channel)
        with acting_as(member()):
            stream = stub.StreamModelCall(execution_pb2.StreamModelCallRequest(), timeout=60)
        await anext(stream)
        draining = asyncio.create_task(where.server.drain(pre_drain_s=0))
        assert await _read_to_the_end(stream) == 19
        await draining


async def test_health_says_not_serving_before_the_door_closes() -> None:
    server = await started(ADD_IDENTITY, Working(0))
    async with grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        request = health_pb2.HealthCheckRequest(service="promptpilot.identity.v1.IdentityService")
        watch = health.Watch(request)
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVING
        draining = asyncio.create_task(server.drain(pre_drain_s=0.3))
        assert (await watch.read()).status == health_pb2.HealthCheckResponse.NOT_SERVING
        assert (await health.Check(request)).status == health_pb2.HealthCheckResponse.NOT_SERVING
        await draining


async def test_a_server_that_is_not_serving_yet_gets_no_calls() -> None:
    server = RpcServer(rpc_settings(), [(ADD_IDENTITY, Working(0))])
    await server.start()
    address = f"127.0.0.1:{server.port}"
    async with connect("peer", rpc_settings(peer=address), issuer="gateway") as channel:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(channel)
        with acting_as(member()), pytest.raises(Unavailable):
            await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=2)
        await server.set_serving()
        await asyncio.wait_for(channel.channel_ready(), 3)
        with acting_as(member()):
            await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=2)
    await server.drain(pre_drain_s=0)


async def test_clients_find_a_peer_again_that_came_back_on_its_address() -> None:
    first = await started(ADD_IDENTITY, Working(0))
    address = f"127.0.0.1:{first.port}"
    async with connect("peer", rpc_settings(peer=address), issuer="gateway") as channel:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(channel)
        with acting_as(member()):
            await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=2)
            await first.drain(pre_drain_s=0)
            with pytest.raises(Unavailable):
                await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=2)
            settings = rpc_settings().model_copy(update={"listen": address})
            second = RpcServer(settings, [(ADD_IDENTITY, Working(0))])
            await second.start()
            await second.set_serving()
            await asyncio.wait_for(channel.channel_ready(), 3)
            await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=2)
    await second.drain(pre_drain_s=0)


async def test_a_port_in_use_is_an_error_at_once() -> None:
    async with served((ADD_IDENTITY, Working(0))) as where:
        settings = rpc_settings().model_copy(update={"listen": where.address})
        with pytest.raises(RuntimeError, match=str(where.server.port)):
            RpcServer(settings, [(ADD_IDENTITY, Working(0))])
