"""Errors cross gRPC intact: class, reason, metadata, violations and retry hint."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio
import pytest

from promptpilot.execution.v1 import execution_pb2, execution_pb2_grpc
from promptpilot.identity.v1 import identity_pb2, identity_pb2_grpc
from services.kit.caller import acting_as
from services.kit.errors import (
    BY_CODE,
    AppError,
    DeadlineExceeded,
    FieldViolation,
    Internal,
    InvalidArgument,
    NotFound,
    Unavailable,
)
from services.kit.rpc.client import connect
from services.kit.rpc.errors import WITHHELD, MessageTooLarge
from tests.support.rpc import member, rpc_settings, served

VIOLATIONS = [FieldViolation("variables[2].name", "must not be empty"), FieldViolation("b", "ü ✓")]


class Identity(identity_pb2_grpc.IdentityServiceServicer):
    """Raises what the test gives it."""

    error: Exception = RuntimeError()

    async def GetTenant(self, request: Any, context: Any) -> identity_pb2.GetTenantResponse:
        raise self.error

    async def UpdateTenant(self, request: Any, context: Any) -> identity_pb2.UpdateTenantResponse:
        return identity_pb2.UpdateTenantResponse(tenant=identity_pb2.Tenant(name=request.name))


class Execution(execution_pb2_grpc.ExecutionServiceServicer):
    """Streams three answers, then raises what the test gives it."""

    error: Exception = RuntimeError()

    async def WatchRun(
        self, request: Any, context: Any
    ) -> AsyncIterator[execution_pb2.WatchRunResponse]:
        for _ in range(3):
            yield execution_pb2.WatchRunResponse()
        raise self.error


@pytest.fixture
async def identity() -> AsyncIterator[tuple[Identity, identity_pb2_grpc.IdentityServiceStub]]:
    servicer = Identity()
    async with served((identity_pb2_grpc.add_IdentityServiceServicer_to_server, servicer)) as where:
        yield servicer, identity_pb2_grpc.IdentityServiceStub(where.channel)


async def failure_of(stub: Any, *, seconds: float = 5) -> AppError:
    with acting_as(member()), pytest.raises(AppError) as raised:
        await stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=seconds)
    return raised.value


@pytest.mark.parametrize("code", sorted(set(BY_CODE) - {"INTERNAL"}))
async def test_every_class_arrives_as_itself(identity: Any, code: str) -> None:
    servicer, stub = identity
    error = type("Particular", (BY_CODE[code],), {"reason": "PARTICULAR_REASON"})(
        f"about {code}, ü ✓", violations=VIOLATIONS, retry_after_s=2.5, prompt_id="prm_1", number=7
    )
    servicer.error = error
    arrived = await failure_of(stub)
    assert type(arrived) is BY_CODE[code]
    assert arrived.reason == "PARTICULAR_REASON"
    assert arrived.message == str(arrived) == f"about {code}, ü ✓"
    assert arrived.metadata == {"prompt_id": "prm_1", "number": "7"}
    assert arrived.violations == tuple(VIOLATIONS)
    assert arrived.retry_after_s == 2.5


async def test_an_error_without_extras_gets_none_on_the_way(identity: Any) -> None:
    servicer, stub = identity
    servicer.error = NotFound("no such thing")
    arrived = await failure_of(stub)
    assert (arrived.reason, arrived.metadata, arrived.violations, arrived.retry_after_s) == (
        "NOT_FOUND",
        {},
        (),
        None,
    )


@pytest.mark.parametrize(
    "bug",
    [
        RuntimeError("password=hunter2 at 10.0.0.7"),
        KeyError("hunter2"),
        TimeoutError("hunter2"),
        Internal("hunter2"),
    ],
)
async def test_the_text_of_a_bug_is_withheld_and_its_trace_named(
    identity: Any, bug: Exception
) -> None:
    servicer, stub = identity
    servicer.error = bug
    arrived = await failure_of(stub)
    assert type(arrived) is Internal
    assert arrived.message == WITHHELD
    assert len(arrived.metadata["trace_id"]) == 32
    assert "hunter2" not in repr(vars(arrived))


async def test_an_error_with_a_thousand_violations_still_arrives(identity: Any) -> None:
    servicer, stub = identity
    servicer.error = InvalidArgument(
        "x" * 5000,
        violations=[FieldViolation(f"steps[{n}]", "ü" * 1000) for n in range(1000)],
        detail="y" * 5000,
    )
    arrived = await failure_of(stub)
    assert type(arrived) is InvalidArgument
    assert arrived.violations[0].field == "steps[0]"
    assert 20 <= len(arrived.violations) <= 100


async def test_a_stream_delivers_what_came_before_its_error() -> None:
    servicer = Execution()
    servicer.error = NotFound("gone", run_id="run_1")
    add = execution_pb2_grpc.add_ExecutionServiceServicer_to_server
    async with served((add, servicer)) as where:
        stub: Any = execution_pb2_grpc.ExecutionServiceStub(where.channel)
        with acting_as(member()):
            stream = stub.WatchRun(execution_pb2.WatchRunRequest(), timeout=5)
        assert [type(await anext(stream)).__name__ for _ in range(3)] == ["WatchRunResponse"] * 3
        with pytest.raises(NotFound) as raised:
            await anext(stream)
    assert raised.value.metadata == {"run_id": "run_1"}


async def test_nobody_listening_is_unavailable_without_an_address_in_the_text() -> None:
    async with connect("peer", rpc_settings(peer="127.0.0.1:1"), issuer="gateway") as channel:
        stub = identity_pb2_grpc.IdentityServiceStub(channel)
        arrived = await failure_of(stub)
    assert type(arrived) is Unavailable
    assert arrived.metadata == {"peer": "peer"}
    assert "127.0.0.1" not in arrived.message


async def test_a_silent_peer_is_deadline_exceeded() -> None:
    """A server that accepts connections and never says a word."""
    left = asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        left.set()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with connect("peer", rpc_settings(peer=f"127.0.0.1:{port}"), issuer="gateway") as channel:
        arrived = await failure_of(identity_pb2_grpc.IdentityServiceStub(channel), seconds=0.3)
    server.close()
    await left.wait()
    assert type(arrived) is DeadlineExceeded
    assert arrived.metadata == {"peer": "peer"}


async def test_a_message_too_large_says_so() -> None:
    settings = rpc_settings().model_copy(update={"max_message_bytes": 2000})
    add = identity_pb2_grpc.add_IdentityServiceServicer_to_server
    async with served((add, Identity()), settings=settings) as where:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
        request = identity_pb2.UpdateTenantRequest(name="x" * 3000)
        with acting_as(member()), pytest.raises(MessageTooLarge):
            await stub.UpdateTenant(request, timeout=5)


async def test_an_rpc_that_the_server_does_not_have_is_internal(
    identity: Any,
) -> None:
    _, stub = identity
    with acting_as(member()), pytest.raises(Internal):
        await stub.ListMembers(identity_pb2.ListMembersRequest(), timeout=5)


async def test_details_that_are_no_status_do_not_break_the_client() -> None:
    """Some other server sends rubbish in the details' metadata."""

    class Rubbish(identity_pb2_grpc.IdentityServiceServicer):
        async def GetTenant(self, request: Any, context: Any) -> Any:
            await context.abort(
                grpc.StatusCode.UNAVAILABLE, "x", (("grpc-status-details-bin", b"\xff\xff\xff"),)
            )

    server = grpc.aio.server()
    identity_pb2_grpc.add_IdentityServiceServicer_to_server(Rubbish(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    address = f"127.0.0.1:{port}"
    async with connect("peer", rpc_settings(peer=address), issuer="gateway") as channel:
        arrived = await failure_of(identity_pb2_grpc.IdentityServiceStub(channel))
    await server.stop(None)
    assert type(arrived) is Unavailable
