"""Nobody gets in without a deadline, a context that a known part signed, and the permission."""

import asyncio
import importlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import grpc.aio
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_health.v1 import health_pb2, health_pb2_grpc

from promptpilot.execution.v1 import execution_pb2, execution_pb2_grpc
from promptpilot.identity.v1 import identity_pb2, identity_pb2_grpc
from promptpilot.options.v1 import options_pb2
from services.kit.caller import Caller, acting_as, current_caller
from services.kit.errors import AppError, PermissionDenied, Unauthenticated
from services.kit.rpc.context import METADATA_KEY, ContextSigner, generate_key_pair
from services.kit.rpc.deadline import time_left
from services.kit.rpc.errors import error_of
from services.kit.rpc.permissions import UNDECLARED, requirements_of
from tests.support.rpc import PRIVATE_KEY, Served, member, served

ADD_IDENTITY = identity_pb2_grpc.add_IdentityServiceServicer_to_server
ADD_EXECUTION = execution_pb2_grpc.add_ExecutionServiceServicer_to_server
TENANT = identity_pb2.GetTenantRequest()


class Identity(identity_pb2_grpc.IdentityServiceServicer):
    """Remembers who called."""

    def __init__(self) -> None:
        self.callers: list[Caller] = []
        self.left: float | None = None

    async def GetTenant(self, request: Any, context: Any) -> identity_pb2.GetTenantResponse:
        self.callers.append(current_caller())
        self.left = time_left()
        return identity_pb2.GetTenantResponse()

    async def GetJwks(self, request: Any, context: Any) -> identity_pb2.GetJwksResponse:
        self.callers.append(current_caller())
        return identity_pb2.GetJwksResponse()

    async def ListTenants(self, request: Any, context: Any) -> identity_pb2.ListTenantsResponse:
        self.callers.append(current_caller())
        return identity_pb2.ListTenantsResponse()


class Execution(execution_pb2_grpc.ExecutionServiceServicer):
    """Streams who called."""

    async def WatchRun(
        self, request: Any, context: Any
    ) -> AsyncIterator[execution_pb2.WatchRunResponse]:
        assert current_caller().holds(options_pb2.PERMISSION_RUNS_READ)
        yield execution_pb2.WatchRunResponse()
        assert current_caller().holds(options_pb2.PERMISSION_RUNS_READ)


@pytest.fixture
def servicer() -> Identity:
    return Identity()


@pytest.fixture
async def where(servicer: Identity) -> AsyncIterator[Served]:
    async with served((ADD_IDENTITY, servicer), (ADD_EXECUTION, Execution())) as serving:
        yield serving


async def refusal(
    where: Served, metadata: tuple[tuple[str, str | bytes], ...], *, seconds: float | None = 5
) -> AppError:
    """Call past our own client, as anybody on the network could, and return what is answered."""
    async with grpc.aio.insecure_channel(where.address) as channel:
        stub: Any = identity_pb2_grpc.IdentityServiceStub(channel)
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await stub.GetTenant(TENANT, timeout=seconds, metadata=metadata)
    return error_of(raised.value, peer="peer")


def signed(caller: Caller, *, issuer: str = "gateway", key: str = PRIVATE_KEY) -> Any:
    return ((METADATA_KEY, ContextSigner(issuer, key).mint(caller)),)


async def test_the_servicer_sees_the_caller_that_called(where: Served, servicer: Identity) -> None:
    stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
    caller = member()
    with acting_as(caller):
        await stub.GetTenant(TENANT, timeout=5)
    assert servicer.callers == [caller]


async def test_calls_at_the_same_time_do_not_mix_their_callers(
    where: Served, servicer: Identity
) -> None:
    stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
    callers = [member() for _ in range(50)]

    async def call(caller: Caller) -> None:
        with acting_as(caller):
            await stub.GetTenant(TENANT, timeout=5)

    await asyncio.gather(*map(call, callers))
    assert set(servicer.callers) == set(callers)
    assert len(servicer.callers) == 50


async def test_a_call_without_a_deadline_is_refused(where: Served, servicer: Identity) -> None:
    answer = await refusal(where, signed(member()), seconds=None)
    assert (answer.code, answer.reason) == ("INVALID_ARGUMENT", "DEADLINE_REQUIRED")
    assert servicer.callers == []


async def test_our_own_client_does_not_even_send_one(where: Served) -> None:
    stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
    with acting_as(member()), pytest.raises(ValueError, match="deadline"):
        await stub.GetTenant(TENANT)


async def test_our_own_client_sends_nothing_on_behalf_of_nobody(where: Served) -> None:
    stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
    with pytest.raises(LookupError, match="caller"):
        await stub.GetTenant(TENANT, timeout=5)


async def test_the_deadline_arrives(where: Served, servicer: Identity) -> None:
    stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
    with acting_as(member()):
        await stub.GetTenant(TENANT, timeout=3)
    assert servicer.left is not None
    assert 2 < servicer.left <= 3


@pytest.mark.parametrize(
    "metadata",
    [
        (),
        (("pp-context", "tenant=ten_1"), ("x-tenant-id", "ten_1")),
        ((METADATA_KEY, b""),),
        ((METADATA_KEY, b"\x01\x07gateway" + bytes(64) + b"{}"),),
        signed(member(), key=generate_key_pair()[0]),
        signed(member(), issuer="stranger"),
    ],
    ids=["none", "bare headers", "empty", "unsigned", "wrong key", "unknown part"],
)
async def test_no_context_no_entry(where: Served, servicer: Identity, metadata: Any) -> None:
    answer = await refusal(where, metadata)
    assert isinstance(answer, Unauthenticated)
    assert answer.reason == "CONTEXT_INVALID"
    assert servicer.callers == []


async def test_an_expired_context_is_refused(where: Served, servicer: Identity) -> None:
    old = ContextSigner("gateway", PRIVATE_KEY, now=lambda: time.time() - 70).mint(member())
    answer = await refusal(where, ((METADATA_KEY, old),))
    assert answer.reason == "CONTEXT_INVALID"
    assert servicer.callers == []


async def test_a_missing_permission_is_named(where: Served, servicer: Identity) -> None:
    answer = await refusal(where, signed(member(options_pb2.PERMISSION_PROMPTS_READ)))
    assert isinstance(answer, PermissionDenied)
    assert answer.metadata == {"permission": "tenant.read"}
    assert servicer.callers == []


async def test_each_rpc_asks_its_own_caller(where: Served, servicer: Identity) -> None:
    stub: Any = identity_pb2_grpc.IdentityServiceStub(where.channel)
    with acting_as(Caller.anonymous()):
        await stub.GetJwks(identity_pb2.GetJwksRequest(), timeout=5)
        with pytest.raises(PermissionDenied):
            await stub.ListTenants(identity_pb2.ListTenantsRequest(), timeout=5)
        with pytest.raises(Unauthenticated):
            await stub.GetTenant(TENANT, timeout=5)
    with acting_as(member()), pytest.raises(PermissionDenied):
        await stub.ListTenants(identity_pb2.ListTenantsRequest(), timeout=5)
    with acting_as(Caller.service("cli")):
        await stub.ListTenants(identity_pb2.ListTenantsRequest(), timeout=5)
    assert [caller.kind for caller in servicer.callers] == ["anonymous", "service"]


async def test_streams_have_the_same_door(where: Served) -> None:
    stub: Any = execution_pb2_grpc.ExecutionServiceStub(where.channel)
    request = execution_pb2.WatchRunRequest()
    with acting_as(member(options_pb2.PERMISSION_RUNS_READ)):
        assert len([answer async for answer in stub.WatchRun(request, timeout=5)]) == 1
    with acting_as(member(options_pb2.PERMISSION_PROMPTS_READ)):
        stream = stub.WatchRun(request, timeout=5)
        with pytest.raises(PermissionDenied):
            await anext(stream)


async def test_health_checks_need_neither_deadline_nor_context(where: Served) -> None:
    async with grpc.aio.insecure_channel(where.address) as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        for service in ("", "promptpilot.identity.v1.IdentityService"):
            answer = await health.Check(health_pb2.HealthCheckRequest(service=service))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_an_rpc_without_a_permission_is_refused_to_all() -> None:
    """A service whose contract forgot the option."""
    forgetful = descriptor_pb2.FileDescriptorProto(
        name="forgetful.proto",
        package="forgetful",
        message_type=[descriptor_pb2.DescriptorProto(name="Nothing")],
        service=[
            descriptor_pb2.ServiceDescriptorProto(
                name="Service",
                method=[
                    descriptor_pb2.MethodDescriptorProto(
                        name="Do", input_type=".forgetful.Nothing", output_type=".forgetful.Nothing"
                    )
                ],
            )
        ],
    )
    descriptor_pool.Default().Add(forgetful)

    async def do(request: bytes, context: Any) -> bytes:
        return b""

    def add(servicer: object, server: Any) -> None:
        server.add_registered_method_handlers(
            "forgetful.Service", {"Do": grpc.unary_unary_rpc_method_handler(do)}
        )

    async with served((add, object())) as where:
        call = where.channel.unary_unary("/forgetful.Service/Do")
        for caller in (Caller.service("cli"), member(), Caller.anonymous()):
            with acting_as(caller), pytest.raises(PermissionDenied):
                await call(b"", timeout=5)


def test_every_rpc_of_our_contracts_declares_its_permission() -> None:
    generated = Path(options_pb2.__file__).parents[2]
    checked = 0
    for file in sorted(generated.glob("*/v1/*_pb2.py")):
        module = importlib.import_module(f"promptpilot.{file.parts[-3]}.v1.{file.stem}")
        for service in module.DESCRIPTOR.services_by_name.values():
            for method, requirement in requirements_of(service.full_name).items():
                assert requirement.number != UNDECLARED, f"{service.full_name}/{method}"
                checked += 1
    assert checked > 50
