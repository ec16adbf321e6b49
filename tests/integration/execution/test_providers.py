"""Providers: CreateProvider, GetProvider, ListProviders, UpdateProvider, DeleteProvider."""

import asyncio

import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.errors import AlreadyExists, AppError, Conflict, InvalidArgument, NotFound
from services.kit.ids import new_id
from services.kit.tenancy import schema_of
from tests.support.execution import World

KEY = "sk-secret-key-of-the-tenant-wxyz"


def _request(**changes: object) -> pb.CreateProviderRequest:
    fields: dict[str, object] = {
        "name": "ours",
        "kind": "openai_compatible",
        "base_url": "http://127.0.0.1:9/v1",
        "api_key": KEY,
        "models": ["small", "large"],
    }
    return pb.CreateProviderRequest(**(fields | changes))  # type: ignore[arg-type]


async def _create(world: World, **changes: object) -> pb.Provider:
    answer: pb.CreateProviderResponse = await world.rpc.CreateProvider(_request(**changes))
    return answer.provider


async def _update(world: World, provider: pb.Provider, **changes: object) -> pb.Provider:
    request = pb.UpdateProviderRequest(provider_id=provider.id, **changes)  # type: ignore[arg-type]
    answer: pb.UpdateProviderResponse = await world.rpc.UpdateProvider(request)
    return answer.provider


async def test_a_provider_is_kept_and_its_key_is_never_shown(world: World) -> None:
    made = await _create(world)
    request = pb.GetProviderRequest(provider_id=made.id)
    read: pb.GetProviderResponse = await world.rpc.GetProvider(request)
    assert read.provider == made
    assert made.key_last_four == "wxyz"
    assert KEY not in str(made)
    rows = await world.stack.query(
        "execution", f"SELECT sealed_key FROM {schema_of(world.tenant)}.providers"
    )
    assert KEY.encode() not in bytes(rows[0]["sealed_key"])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"kind": "telepathy"}, "kind"),
        ({"models": []}, "models"),
        ({"models": ["two words"]}, "models[0]"),
        ({"api_key": "line\nbreak"}, "api_key"),
    ],
)
async def test_a_wrong_field_is_named(world: World, changes: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await _create(world, **changes)
    assert [each.field for each in caught.value.violations] == [field]


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/v1",
        "http://169.254.169.254/",
        "ftp://127.0.0.1/",
        "http://[::1]/",
        "nonsense",
    ],
)
async def test_an_address_that_calls_may_not_reach_is_refused(world: World, url: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await _create(world, base_url=url)
    assert caught.value.reason == "EGRESS_REFUSED"
    provider = await _create(world)
    with pytest.raises(InvalidArgument):
        await _update(world, provider, base_url=url)


async def test_names_are_unique_in_a_tenant_also_at_the_same_time(
    world: World, other: World
) -> None:
    made = await asyncio.gather(*(_create(world) for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(each, pb.Provider) for each in made) == 1
    assert sum(isinstance(each, AlreadyExists) for each in made) == 9
    await _create(other)
    second = await _create(world, name="second")
    with pytest.raises(AlreadyExists):
        await _update(world, second, name="ours")


async def test_the_same_request_makes_one_provider(world: World) -> None:
    request = _request(request_id=new_id("req"))
    first: pb.CreateProviderResponse = await world.rpc.CreateProvider(request)
    assert await world.rpc.CreateProvider(request) == first


async def test_a_new_host_without_a_new_key_clears_the_key(world: World) -> None:
    provider = await _create(world)
    same = await _update(world, provider, base_url="http://127.0.0.1:9/other")
    assert same.key_last_four == "wxyz"
    moved = await _update(world, provider, base_url="http://127.0.0.1:10/v1")
    assert moved.key_last_four == ""
    keyed = await _update(
        world, provider, base_url="http://127.0.0.1:11/v1", api_key="another-long-key-abcd"
    )
    assert keyed.key_last_four == "abcd"
    cleared = await _update(world, provider, api_key="")
    assert cleared.key_last_four == ""


async def test_unset_fields_stay_and_an_old_etag_is_refused(world: World) -> None:
    provider = await _create(world)
    renamed = await _update(world, provider, name="new name", etag=provider.etag)
    assert (renamed.name, list(renamed.models)) == ("new name", ["small", "large"])
    with pytest.raises(Conflict) as caught:
        await _update(world, provider, name="third", etag=provider.etag)
    assert caught.value.reason == "ETAG_MISMATCH"
    fewer = await _update(world, provider, models=["*"], is_models_set=True)
    assert list(fewer.models) == ["*"]


async def test_providers_are_listed_by_name_in_pages(world: World) -> None:
    for name in ("c", "a", "b"):
        await _create(world, name=name)
    first: pb.ListProvidersResponse = await world.rpc.ListProviders(
        pb.ListProvidersRequest(page_size=2)
    )
    rest: pb.ListProvidersResponse = await world.rpc.ListProviders(
        pb.ListProvidersRequest(page_size=2, page_token=first.next_page_token)
    )
    assert [each.name for each in (*first.providers, *rest.providers)] == ["a", "b", "c"]
    assert rest.next_page_token == ""


async def test_a_deleted_provider_is_gone(world: World) -> None:
    provider = await _create(world)
    request = pb.DeleteProviderRequest(provider_id=provider.id)
    await world.rpc.DeleteProvider(request)
    with pytest.raises(NotFound):
        await world.rpc.DeleteProvider(request)


async def test_an_other_tenant_finds_none_of_it(world: World, other: World) -> None:
    provider = await _create(world)
    calls = (
        other.rpc.GetProvider(pb.GetProviderRequest(provider_id=provider.id)),
        other.rpc.DeleteProvider(pb.DeleteProviderRequest(provider_id=provider.id)),
        _update(other, provider, name="stolen"),
    )
    for call in calls:
        with pytest.raises(AppError) as caught:
            await call
        assert caught.value.reason == "PROVIDER_NOT_FOUND"
    listed: pb.ListProvidersResponse = await other.rpc.ListProviders(pb.ListProvidersRequest())
    assert not listed.providers
