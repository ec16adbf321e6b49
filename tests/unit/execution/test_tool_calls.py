"""Tool calls: put together from any pieces, bounded, and made by the simulator when asked."""

import asyncio
import json
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.execution.adapters.models.simulator import Simulator
from services.execution.errors import ProviderRefused
from services.execution.rules.model_calls import ChatMessage, Completion, ModelRequest
from services.execution.rules.tool_calls import (
    MOST_TOOL_CALLS,
    ToolCall,
    ToolCallPieces,
    ToolCallsInvalid,
)

WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather of a city",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer", "minimum": 1}},
            "required": ["city", "days"],
        },
    },
}
BOOKING = {"type": "function", "function": {"name": "book_table", "description": "Restaurants"}}


def answer(model: str, text: str, **parameters: Any) -> Completion:
    async def last() -> Any:
        asked = ModelRequest(model, (ChatMessage("user", text),), parameters, 10, "k")
        return [item async for item in Simulator(pace=0).stream(asked)][-1]

    completion = asyncio.run(last())
    assert isinstance(completion, Completion)
    return completion


@given(
    st.lists(st.tuples(st.text(min_size=1), st.text(min_size=1), st.text()), max_size=5),
    st.data(),
)
def test_any_cut_of_the_arguments_gives_the_same_calls(
    calls: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    pieces = ToolCallPieces()
    for index, (call_id, name, arguments) in enumerate(calls):
        head = {"index": index, "id": call_id, "function": {"name": name, "arguments": ""}}
        pieces.add([head])
        cut = data.draw(st.integers(0, len(arguments)))
        for part in (arguments[:cut], arguments[cut:]):
            pieces.add([{"index": index, "function": {"arguments": part}}])
    assert pieces.calls == tuple(ToolCall(*call) for call in calls)


@pytest.mark.parametrize(
    "broken",
    [
        "text",
        [1],
        [{"index": 0}],
        [{"function": {"name": 7}}],
        [{"index": MOST_TOOL_CALLS, "function": {"name": "f"}}],
        [{"index": -1, "function": {"name": "f"}}],
        [{"index": "0", "function": {"name": "f"}}],
        [{"function": {"name": "f"}}] * (MOST_TOOL_CALLS + 1),
    ],
)
def test_what_is_no_tool_call_is_refused(broken: Any) -> None:
    with pytest.raises(ToolCallsInvalid):
        ToolCallPieces().add(broken)


def test_the_simulator_calls_the_tool_that_fits_with_arguments_of_its_schema() -> None:
    said = answer("sim-tools", "What is the weather in Turin?", tools=[BOOKING, WEATHER])
    (call,) = said.tool_calls
    assert (call.name, said.finish_reason, said.text) == ("get_weather", "tool_calls", "")
    jsonschema_rs.validator_for(WEATHER["function"]["parameters"]).validate(
        json.loads(call.arguments)
    )
    assert said.usage.output_tokens > 0
    assert answer("sim-tools", "What is the weather in Turin?", tools=[BOOKING, WEATHER]) == said


@pytest.mark.parametrize(
    ("model", "choice", "called"),
    [
        ("sim-tools", None, "get_weather"),
        ("sim-tools", "none", ""),
        ("sim-text", None, ""),
        ("sim-text", "auto", ""),
        ("sim-text", "required", "get_weather"),
        ("sim-text", {"type": "function", "function": {"name": "book_table"}}, "book_table"),
        ("sim-tools", {"type": "function", "function": {"name": "no_such"}}, ""),
    ],
)
def test_tool_choice_decides(model: str, choice: Any, called: str) -> None:
    given = {"tools": [BOOKING, WEATHER]} | ({} if choice is None else {"tool_choice": choice})
    said = answer(model, "weather of the city", **given)
    assert [call.name for call in said.tool_calls] == ([called] if called else [])
    assert (said.text == "") == bool(called)


@pytest.mark.parametrize("tools", [None, [], "x", [1], [{}], [{"function": {"name": ""}}]])
def test_without_a_tool_that_can_be_called_there_is_text(tools: Any) -> None:
    said = answer("sim-tools", "Say something.", tools=tools)
    assert said.tool_calls == ()
    assert said.text


def test_a_schema_that_is_none_is_refused_and_not_our_fault() -> None:
    broken = {"name": "f", "parameters": {"type": "object", "properties": ["x"]}}
    with pytest.raises(ProviderRefused):
        answer("sim-tools", "x", tools=[{"type": "function", "function": broken}])


def test_a_long_text_of_a_schema_is_bounded() -> None:
    shape = {"type": "object", "properties": {"x": {"type": "string", "minLength": 10**9}}}
    function = {"name": "f", "parameters": shape}
    said = answer("sim-tools", "x", tools=[{"type": "function", "function": function}])
    assert len(said.tool_calls[0].arguments) < 20_000
