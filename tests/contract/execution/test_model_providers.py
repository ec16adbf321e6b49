"""Whoever answers model calls keeps the same promises.

One suite for the simulator and for real HTTP.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from services.execution.adapters.models.openai_compatible import OpenAICompatible
from services.execution.adapters.models.simulator import Simulator
from services.execution.errors import (
    ProviderBadResponse,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
)
from services.execution.rules.model_calls import (
    ChatMessage,
    Completion,
    Delta,
    ModelProvider,
    ModelRequest,
)
from services.execution.rules.tool_calls import ToolCall
from services.kit.egress import Egress, EgressSettings
from services.kit.errors import AppError
from services.kit.ids import new_id
from tests.support.fakes.openai_server import ANSWER, TOOL_CALLS, running_openai_server


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_openai_server() as url:
        yield url


@pytest.fixture
async def http(server: str) -> AsyncIterator[OpenAICompatible]:
    egress = Egress(EgressSettings(allowed_cidrs=("127.0.0.0/8",)))
    yield OpenAICompatible(egress, base_url=server, api_key="sk-test", provider="openai")
    await egress.close()


@dataclass
class Heard:
    """Everything that one call gave."""

    deltas: list[str]
    completion: Completion | None


def request(model: str, text: str = "Say something.", **parameters: Any) -> ModelRequest:
    timeout_s = float(parameters.pop("timeout_s", 10))
    messages = (ChatMessage("system", "Be brief."), ChatMessage("user", text))
    return ModelRequest(model, messages, parameters, timeout_s, new_id("idk"))


async def hear(provider: ModelProvider, asked: ModelRequest) -> Heard:
    heard = Heard([], None)
    async for item in provider.stream(asked):
        if isinstance(item, Delta):
            assert heard.completion is None, "text after the end"
            heard.deltas.append(item.text)
        else:
            heard.completion = item
    return heard


@pytest.fixture(params=["simulator", "http"])
def provider(request: pytest.FixtureRequest, http: OpenAICompatible) -> tuple[ModelProvider, str]:
    """Each provider with a model of it that answers normally."""
    return (
        (Simulator(pace=0), "sim-text") if request.param == "simulator" else (http, "gpt-4o-mini")
    )


async def test_the_pieces_are_the_text_and_the_end_says_what_was_used(
    provider: tuple[ModelProvider, str],
) -> None:
    heard = await hear(provider[0], request(provider[1]))
    assert heard.completion is not None
    assert "".join(heard.deltas) == heard.completion.text != ""
    assert len(heard.deltas) > 1
    assert heard.completion.finish_reason == "stop"
    assert heard.completion.usage.input_tokens > 0
    assert heard.completion.usage.output_tokens > 0
    assert not heard.completion.usage.is_estimated


async def test_calls_at_once_do_not_mix(provider: tuple[ModelProvider, str]) -> None:
    calls = (hear(provider[0], request(provider[1], f"number {n}")) for n in range(20))
    for heard in await asyncio.gather(*calls):
        assert heard.completion is not None
        assert "".join(heard.deltas) == heard.completion.text


async def test_a_call_may_be_given_up_in_the_middle(provider: tuple[ModelProvider, str]) -> None:
    stream = provider[0].stream(request(provider[1]))
    first = await anext(stream)
    assert isinstance(first, Delta)
    await stream.aclose()
    again = await hear(provider[0], request(provider[1]))
    assert again.completion is not None


async def test_what_is_sent_is_what_was_asked(http: OpenAICompatible, server: str) -> None:
    asked = request("gpt-4o-mini", temperature=0.5, stream=False, n=7)
    await hear(http, asked)
    seen = await _seen(server)
    sent = next(each for each in seen if each["key"] == asked.idempotency_key)
    assert sent["authorization"] == "Bearer sk-test"
    assert sent["body"] == {
        "model": "gpt-4o-mini",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Say something."},
        ],
        "temperature": 0.5,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


async def _seen(server: str) -> list[dict[str, Any]]:
    url = f"{server.removesuffix('/v1')}/_requests"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return list(await answer.json())


async def test_a_server_that_never_streams_is_understood(http: OpenAICompatible) -> None:
    heard = await hear(http, request("whole"))
    assert heard.deltas == [ANSWER]
    assert heard.completion is not None
    assert heard.completion.usage.cached_input_tokens == 4


@pytest.mark.parametrize("model", ["tools", "tools-whole"])
async def test_tool_calls_are_put_together_from_their_pieces(
    http: OpenAICompatible, model: str
) -> None:
    heard = await hear(http, request(model))
    assert heard.deltas == []
    assert heard.completion is not None
    assert heard.completion.tool_calls == tuple(ToolCall(*call) for call in TOOL_CALLS)
    assert (heard.completion.text, heard.completion.finish_reason) == ("", "tool_calls")


async def test_tools_are_sent_and_called_by_both(provider: tuple[ModelProvider, str]) -> None:
    function = {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}
    tools = [{"type": "function", "function": function}]
    model = "tools" if provider[0].name == "openai" else "sim-tools"
    heard = await hear(provider[0], request(model, tools=tools))
    assert heard.completion is not None
    assert heard.completion.tool_calls[0].name == "get_weather"
    assert heard.completion.finish_reason == "tool_calls"
    assert heard.completion.usage.output_tokens > 0


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("error-500", ProviderUnavailable),
        ("error-401", ProviderRefused),
        ("error-400", ProviderRefused),
        ("cut", ProviderUnavailable),
        ("malformed", ProviderBadResponse),
        ("tools-broken", ProviderBadResponse),
        ("huge", ProviderBadResponse),
    ],
)
async def test_what_goes_wrong_has_its_own_reason(
    http: OpenAICompatible, model: str, error: type[AppError]
) -> None:
    with pytest.raises(error):
        await hear(http, request(model))


async def test_a_rate_limit_says_when_to_come_back(http: OpenAICompatible) -> None:
    with pytest.raises(ProviderRateLimited, match="slow down") as caught:
        await hear(http, request("rate-limited"))
    assert caught.value.retry_after_s == 2


@pytest.mark.parametrize("model", ["hang", "slow"])
async def test_the_deadline_holds_before_and_after_the_first_token(
    http: OpenAICompatible, model: str
) -> None:
    with pytest.raises(ProviderTimedOut):
        await hear(http, request(model, timeout_s=0.4))


@pytest.mark.parametrize("model", ["wrong-usage", "no-usage"])
async def test_token_counts_that_cannot_be_true_are_counted_by_us_and_marked(
    http: OpenAICompatible, model: str
) -> None:
    heard = await hear(http, request(model))
    assert heard.completion is not None
    assert heard.completion.usage.is_estimated
    assert heard.completion.usage.output_tokens == 10
    assert heard.completion.usage.input_tokens > 8


async def test_a_provider_that_is_not_there_is_unavailable() -> None:
    egress = Egress(EgressSettings(allowed_cidrs=("127.0.0.0/8",)))
    nobody = OpenAICompatible(egress, base_url="http://127.0.0.1:9/v1", api_key="", provider="x")
    try:
        with pytest.raises(ProviderUnavailable):
            await hear(nobody, request("any"))
    finally:
        await egress.close()
