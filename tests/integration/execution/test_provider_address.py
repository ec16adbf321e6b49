"""An address that nobody can call is the fault of its field, not an outage of ours."""

import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.errors import FieldViolation, InvalidArgument
from tests.support.execution import World

# A name that resolves nowhere, and one that is no name: a label over 63 characters.
NOWHERE = ("https://no-such-host.invalid/v1", f"https://{'a' * 64}.example.com/v1")


def _provider(base_url: str) -> pb.CreateProviderRequest:
    return pb.CreateProviderRequest(
        name="ours", kind="openai_compatible", base_url=base_url, api_key="", models=["*"]
    )


def _only(refused: InvalidArgument) -> FieldViolation:
    (violation,) = refused.violations
    return violation


@pytest.mark.parametrize("address", NOWHERE)
async def test_a_provider_whose_host_resolves_nowhere_is_refused_at_its_field(
    world: World, address: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        await world.rpc.CreateProvider(_provider(address))
    assert _only(refused.value).field == "base_url"


@pytest.mark.parametrize("address", NOWHERE)
async def test_a_provider_cannot_be_moved_to_a_host_that_resolves_nowhere(
    world: World, address: str
) -> None:
    made: pb.CreateProviderResponse = await world.rpc.CreateProvider(
        _provider("http://127.0.0.1:9/v1")
    )
    with pytest.raises(InvalidArgument) as refused:
        await world.rpc.UpdateProvider(
            pb.UpdateProviderRequest(provider_id=made.provider.id, base_url=address)
        )
    assert _only(refused.value).field == "base_url"
