"""Retries on the wire: only for UNAVAILABLE, only where nothing changes, only within the budget."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from promptpilot.identity.v1 import identity_pb2, identity_pb2_grpc
from services.kit.caller import acting_as
from services.kit.errors import Conflict, NotFound, Unavailable
from services.kit.rpc.retries import MOST_ATTEMPTS
from tests.support.rpc import member, served

ADD_IDENTITY = identity_pb2_grpc.add_IdentityServiceServicer_to_server


class Flaky(identity_pb2_grpc.IdentityServiceServicer):
    """Fails with the given errors, one a call, then answers."""

    def __init__(self) -> None:
        self.errors: list[Exception] = []
        self.calls = 0

    def _next(self) -> None:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)

    async def GetTenant(self, request: Any, context: Any) -> identity_pb2.GetTenantResponse:
        self._next()
        return identity_pb2.GetTenantResponse()

    async def UpdateTenant(self, request: Any, context: Any) -> identity_pb2.UpdateTenantResponse:
        self._next()
        return identity_pb2.UpdateTenantResponse()


@pytest.fixture
async def flaky() -> AsyncIterator[tuple[Flaky, Any]]:
    servicer = Flaky()
    async with served((ADD_IDENTITY, servicer)) as where:
        yield servicer, identity_pb2_grpc.IdentityServiceStub(where.channel)


async def get(stub: Any, seconds: float = 5) -> None:
    with acting_as(member()):
        await stub.GetTenant(identity_pb2.GetTenantRequest(), timeout=seconds)


async def test_a_read_is_made_again_until_it_succeeds(flaky: tuple[Flaky, Any]) -> None:
    servicer, stub = flaky
    servicer.errors = [Unavailable("away")] * (MOST_ATTEMPTS - 1)
    await get(stub)
    assert servicer.calls == MOST_ATTEMPTS


async def test_a_read_is_given_up_after_the_last_attempt(flaky: tuple[Flaky, Any]) -> None:
    servicer, stub = flaky
    servicer.errors = [Unavailable("away")] * 10
    with pytest.raises(Unavailable):
        await get(stub)
    assert servicer.calls == MOST_ATTEMPTS


async def test_a_change_is_never_made_again(flaky: tuple[Flaky, Any]) -> None:
    servicer, stub = flaky
    servicer.errors = [Unavailable("away")]
    with acting_as(member()), pytest.raises(Unavailable):
        await stub.UpdateTenant(identity_pb2.UpdateTenantRequest(), timeout=5)
    assert servicer.calls == 1


@pytest.mark.parametrize("error", [NotFound("x"), Conflict("x", retry_after_s=0), RuntimeError()])
async def test_no_other_error_is_retried(flaky: tuple[Flaky, Any], error: Exception) -> None:
    servicer, stub = flaky
    servicer.errors = [error]
    with pytest.raises(Exception, match=r"x|our side"):
        await get(stub)
    assert servicer.calls == 1


async def test_there_is_no_retry_that_would_end_after_the_deadline(
    flaky: tuple[Flaky, Any],
) -> None:
    servicer, stub = flaky
    servicer.errors = [Unavailable("starting", retry_after_s=3)]
    with pytest.raises(Unavailable, match="starting"):
        await get(stub, seconds=1)
    assert servicer.calls == 1


async def test_the_budget_ends_the_retries_of_a_peer_that_is_down(flaky: tuple[Flaky, Any]) -> None:
    servicer, stub = flaky
    servicer.errors = [Unavailable("down")] * 1000
    for _ in range(30):
        with pytest.raises(Unavailable):
            await get(stub)
    assert 30 < servicer.calls < 45
    calls = servicer.calls
    with pytest.raises(Unavailable):
        await get(stub)
    assert servicer.calls == calls + 1
