"""StreamModelCall and ListModels: one call outside any run, streamed, metered once."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest

from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.caller import acting_as
from services.kit.errors import (
    AppError,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unavailable,
)
from services.kit.tokenizer import o200k as tokenizer
from tests.support.events import until
from tests.support.execution import World
from tests.support.fakes.openai_server import ANSWER, TOOL_CALLS, running_openai_server


@pytest.fixture(scope="session")
def provider_url() -> Iterator[str]:
    """Run the provider that misbehaves on demand."""
    with running_openai_server() as url:
        yield url


def _request(model: str = "sim-text", **changes: object) -> pb.StreamModelCallRequest:
    fields: dict[str, object] = {
        "messages": [pb.ChatMessage(role="user", content="Say something about the sea.")],
        "model": model,
    }
    return pb.StreamModelCallRequest(**(fields | changes))  # type: ignore[arg-type]


async def _call(world: World, request: pb.StreamModelCallRequest) -> tuple[str, pb.ModelCallResult]:
    items = await world.rpc.stream("StreamModelCall", request)
    assert [item.WhichOneof("item") for item in items[:-1]] == ["delta"] * (len(items) - 1)
    return "".join(item.delta for item in items), items[-1].result


async def _usage(world: World) -> list[dict[str, object]]:
    return await world.usage_rows("")


async def _provider(world: World, url: str, models: list[str], name: str = "fake") -> None:
    await world.rpc.CreateProvider(
        pb.CreateProviderRequest(
            name=name,
            kind="openai_compatible",
            base_url=url,
            api_key="sk-of-this-tenant",
            models=models,
        )
    )


async def test_a_call_streams_its_answer_and_is_metered_once(world: World) -> None:
    text, result = await _call(world, _request(prompt_id="prm_x", prompt_version=3))
    assert text == result.text
    assert result.call_id.startswith("cal_")
    assert result.finish_reason == "stop"
    assert 0 < result.first_token_ms <= result.duration_ms + 1
    (usage,) = await _usage(world)
    assert usage["call_id"] == result.call_id
    assert usage["provider"] == "simulator"
    assert usage["mode"] == "MODE_TEST"
    assert (usage["prompt_id"], usage["prompt_version"]) == ("prm_x", 3)
    assert int(str(usage["usage"]["output_tokens"])) == result.usage.output_tokens  # type: ignore[index]


async def test_an_other_tenant_is_not_billed_and_does_not_see_the_models(
    world: World, other: World, provider_url: str
) -> None:
    await _provider(world, provider_url, ["mine"])
    await _call(world, _request())
    assert await _usage(other) == []
    listed: pb.ListModelsResponse = await other.as_caller(environment="").rpc.ListModels(
        pb.ListModelsRequest(mode=pb.MODE_LIVE)
    )
    assert not listed.models
    live = other.as_caller(environment="live")
    with pytest.raises(NotFound) as caught:
        await _call(live, _request("mine"))
    assert caught.value.reason == "MODEL_NOT_FOUND"


async def test_models_of_each_mode_are_listed(world: World, provider_url: str) -> None:
    await _provider(world, provider_url, ["mine", "*"])
    test: pb.ListModelsResponse = await world.rpc.ListModels(pb.ListModelsRequest())
    assert {"sim-text", "sim-json", "sim-echo"} <= {model.name for model in test.models}
    live: pb.ListModelsResponse = await world.as_caller(environment="").rpc.ListModels(
        pb.ListModelsRequest(mode=pb.MODE_LIVE)
    )
    assert [(model.name, model.provider) for model in live.models] == [
        ("mine", "fake"),
        ("*", "fake"),
    ]


async def test_a_live_call_reaches_the_tenants_provider_with_its_key(
    world: World, provider_url: str
) -> None:
    await _provider(world, provider_url, ["*"])
    live = world.as_caller(environment="live")
    text, result = await _call(live, _request("gpt-4o-mini"))
    assert text == ANSWER
    (usage,) = await _usage(world)
    assert (usage["provider"], usage["mode"]) == ("fake", "MODE_LIVE")
    assert result.usage.output_tokens > 0


@pytest.mark.parametrize(
    ("model", "error", "reason"),
    [
        ("rate-limited", ResourceExhausted, "PROVIDER_RATE_LIMITED"),
        ("error-500", Unavailable, "PROVIDER_UNAVAILABLE"),
        ("error-401", FailedPrecondition, "PROVIDER_REFUSED"),
        ("cut", Unavailable, "PROVIDER_UNAVAILABLE"),
        ("malformed", FailedPrecondition, "PROVIDER_BAD_RESPONSE"),
        ("huge", FailedPrecondition, "PROVIDER_BAD_RESPONSE"),
    ],
)
async def test_a_providers_fault_has_its_reason_and_is_not_metered(
    world: World, provider_url: str, model: str, error: type[AppError], reason: str
) -> None:
    await _provider(world, provider_url, ["*"])
    with pytest.raises(error) as caught:
        await _call(world.as_caller(environment="live"), _request(model))
    assert caught.value.reason == reason
    if model == "rate-limited":
        assert caught.value.retry_after_s == 2
    assert await _usage(world) == []


async def test_a_provider_that_hangs_ends_at_the_callers_deadline(
    world: World, provider_url: str
) -> None:
    await _provider(world, provider_url, ["*"])
    with acting_as(world.as_caller(environment="live").caller), pytest.raises(DeadlineExceeded):
        stream: Any = world.execution.StreamModelCall(_request("hang"), timeout=0.5)
        async for _ in stream:
            pass


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": []},
        {"messages": [pb.ChatMessage(role="robot", content="x")]},
        {"messages": [pb.ChatMessage(role="user", content="x")] * 101},
        {"parameters_json": "[1]"},
        {"parameters_json": "{"},
    ],
)
async def test_a_wrong_call_is_refused(world: World, changes: dict[str, object]) -> None:
    with pytest.raises(InvalidArgument):
        await _call(world, _request(**changes))  # type: ignore[arg-type]


async def test_a_test_key_cannot_call_live_models(world: World) -> None:
    with pytest.raises(PermissionDenied):
        await _call(world, _request(mode=pb.MODE_LIVE))


async def test_sim_json_fits_the_asked_schema(world: World) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    parameters = {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": schema},
        }
    }
    text, _ = await _call(world, _request("sim-json", parameters_json=json.dumps(parameters)))
    assert isinstance(json.loads(text)["n"], int)


async def test_tools_of_the_parameters_are_called_and_told(world: World, provider_url: str) -> None:
    tools = [{"type": "function", "function": {"name": "get_weather"}}]
    text, result = await _call(
        world, _request("sim-tools", parameters_json=json.dumps({"tools": tools}))
    )
    assert (text, result.finish_reason) == ("", "tool_calls")
    assert [call.name for call in result.tool_calls] == ["get_weather"]
    assert (result.provider, result.mode) == ("simulator", pb.MODE_TEST)
    await _provider(world, provider_url, ["*"])
    live = world.as_caller(environment="live")
    _, real = await _call(live, _request("tools", parameters_json=json.dumps({"tools": tools})))
    assert [(call.id, call.name, call.arguments) for call in real.tool_calls] == TOOL_CALLS
    assert (real.provider, real.mode) == ("fake", pb.MODE_LIVE)


async def test_usage_that_we_counted_is_said_to_be_an_estimate(
    world: World, provider_url: str
) -> None:
    await _provider(world, provider_url, ["*"])
    live = world.as_caller(environment="live")
    _, told = await _call(live, _request("gpt-4o-mini"))
    _, counted = await _call(live, _request("no-usage"))
    assert (told.is_usage_estimated, counted.is_usage_estimated) == (False, True)


async def test_a_caller_that_leaves_stops_the_provider_and_pays_for_what_came(
    world: World, provider_url: str
) -> None:
    await _provider(world, provider_url, ["*"])
    with acting_as(world.as_caller(environment="live").caller):
        stream: Any = world.execution.StreamModelCall(_request("stalls"), timeout=30)
        first = await anext(stream)
        stream.cancel()

    async def is_metered() -> bool:
        return len(await _usage(world)) == 1

    await until(is_metered)
    (usage,) = await _usage(world)
    assert (usage["provider"], usage["model"], usage["mode"]) == ("fake", "stalls", "MODE_LIVE")
    used: Any = usage["usage"]
    tokens = int(used["output_tokens"])
    whole = await tokenizer.count_text(ANSWER)
    assert await tokenizer.count_text(first.delta) <= tokens < whole


async def test_a_caller_that_leaves_before_a_word_pays_nothing(
    world: World, provider_url: str
) -> None:
    await _provider(world, provider_url, ["*"])
    live = world.as_caller(environment="live")
    before = await _hanging(provider_url)

    async def is_asked() -> bool:
        return await _hanging(provider_url) > before

    with acting_as(live.caller):
        stream: Any = world.execution.StreamModelCall(_request("hang"), timeout=30)
        reading = asyncio.ensure_future(anext(stream))
        await until(is_asked)
        stream.cancel()
        await asyncio.wait({reading})
    await _call(live, _request("gpt-4o-mini"))
    assert [usage["model"] for usage in await _usage(world)] == ["gpt-4o-mini"]


async def _hanging(provider_url: str) -> int:
    """Count the calls of the model that never answers."""
    url = f"{provider_url.removesuffix('/v1')}/_requests"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return sum(request["body"]["model"] == "hang" for request in await answer.json())
