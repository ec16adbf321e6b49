"""Answers side by side: each call has one end, and leaving ends all of them."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest

from gateway.clients import Clients
from gateway.live.playground import stream_playground
from gateway.live.streams import HEARTBEAT, EventStream, LiveSettings, Streams
from promptpilot.billing.v1 import billing_pb2
from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.caller import Caller, acting_as
from services.kit.errors import NotFound, Unavailable
from services.kit.ids import ActorId, TenantId
from tests.support.scripted_call import ScriptedCall

pytestmark = pytest.mark.usefixtures("virtual_time")

CALLER = Caller(TenantId("ten_1"), ActorId("usr_1"), "user", session_id="ses_1")
FAST = LiveSettings(heartbeat_s=5, first_token_s=1)


class Behind:
    """Execution and billing, as far as the playground asks them."""

    def __init__(self, *scripts: list[Any], is_priced: bool = True) -> None:
        self.calls = [ScriptedCall(script) for script in scripts]
        self._waiting = list(self.calls)
        self._is_priced = is_priced

    @property
    def clients(self) -> Clients:
        parts = SimpleNamespace(
            execution=SimpleNamespace(StreamModelCall=self._stream),
            billing=SimpleNamespace(PriceUsage=self._price),
        )
        return cast("Clients", parts)

    def _stream(self, _: Any, *, timeout: float) -> ScriptedCall:
        assert timeout > 0
        return self._waiting.pop(0)

    async def _price(self, request: Any, *, timeout: float) -> Any:  # noqa: ASYNC109 # as a stub has it
        assert timeout > 0
        if not self._is_priced:
            raise Unavailable("billing is away")
        return billing_pb2.PriceUsageResponse(
            cost_nano_usd=request.output_tokens * 600, price_source=billing_pb2.PRICE_SOURCE_OWN
        )


def delta(text: str) -> pb.StreamModelCallResponse:
    return pb.StreamModelCallResponse(delta=text)


def result(text: str) -> pb.StreamModelCallResponse:
    done = pb.ModelCallResult(text=text, usage=pb.TokenUsage(output_tokens=2), mode=pb.MODE_LIVE)
    return pb.StreamModelCallResponse(result=done)


async def opened(behind: Behind, streams: Streams) -> EventStream:
    requests = [pb.StreamModelCallRequest() for _ in behind.calls]
    with acting_as(CALLER):
        response = await stream_playground(behind.clients, requests, streams)
    assert isinstance(response, EventStream)
    return response


async def sent(response: EventStream) -> list[tuple[str, Any]]:
    """Read the stream to its end; heartbeats are events without data."""
    chunks: list[bytes] = []

    async def send(message: Any) -> None:
        if message.get("body"):
            chunks.append(message["body"])

    await response.stream_response(send)
    return [event_of(chunk) for chunk in chunks]


def event_of(chunk: bytes) -> tuple[str, Any]:
    if chunk == HEARTBEAT:
        return "heartbeat", None
    kind, data = chunk.decode().rstrip("\n").split("\n")
    return kind.removeprefix("event: "), orjson.loads(data.removeprefix("data: "))


async def test_answers_come_as_they_are_ready_and_each_ends_once() -> None:
    behind = Behind(
        [0.5, delta("slow"), 0.5, result("slow")], [delta("a"), delta("b"), result("ab")]
    )
    events = await sent(await opened(behind, Streams(FAST)))
    order = [(kind, data["index"]) for kind, data in events]
    assert order == [
        ("delta", 1),
        ("delta", 1),
        ("result", 1),
        ("delta", 0),
        ("result", 0),
    ]
    assert events[2][1]["cost"] == {"cost_nano_usd": 1200, "price_source": "own"}
    assert all(call.is_cancelled for call in behind.calls), "what is over is let go of"


async def test_an_answer_whose_price_cannot_be_asked_is_still_an_answer() -> None:
    behind = Behind([result("x")], is_priced=False)
    ((kind, data),) = await sent(await opened(behind, Streams(FAST)))
    assert (kind, data["text"], data["cost"]) == ("result", "x", None)


async def test_one_that_fails_or_is_cut_leaves_the_others_alone() -> None:
    behind = Behind([delta("a"), Unavailable("down")], [delta("b")], [0.5, result("c")])
    events = await sent(await opened(behind, Streams(FAST)))
    ends = {data["index"]: (kind, data) for kind, data in events if kind != "delta"}
    assert [ends[index][0] for index in range(3)] == ["problem", "problem", "result"]
    assert ends[0][1]["problem"]["detail"] == "down"
    assert "cut off" in ends[1][1]["problem"]["detail"]


async def test_when_all_fail_before_any_begins_the_first_ones_error_is_the_answer() -> None:
    streams, behind = Streams(FAST), Behind([0.2, NotFound("first")], [Unavailable("second")])
    with pytest.raises(NotFound, match="first"):
        await opened(behind, streams)
    assert streams.count == 0
    assert all(call.is_cancelled for call in behind.calls)


async def test_an_error_is_an_event_once_another_has_begun_or_time_is_up() -> None:
    for other in ([0.1, delta("x"), result("x")], [3.0, NotFound("late")]):
        behind = Behind([NotFound("early")], other)
        events = await sent(await opened(behind, Streams(FAST)))
        assert events[0][0] == "problem"
        assert events[0][1]["index"] == 0


async def test_in_silence_a_heartbeat_keeps_the_line_open() -> None:
    settings = LiveSettings(heartbeat_s=0.5, first_token_s=0.1)
    events = await sent(await opened(Behind([1.2, result("x")]), Streams(settings)))
    assert [kind for kind, _ in events] == ["heartbeat", "heartbeat", "result"]


async def test_the_bell_ends_what_is_open_with_a_problem_each() -> None:
    streams, behind = Streams(FAST), Behind([result("a")], [60.0, result("b")])
    response = await opened(behind, streams)
    asyncio.get_running_loop().call_later(2, streams.stop)
    events = await sent(response)
    assert [(kind, data["index"]) for kind, data in events] == [("result", 0), ("problem", 1)]
    assert streams.count == 0


async def test_a_reader_that_leaves_ends_every_call() -> None:
    streams = Streams(FAST)
    behind = Behind([delta("a"), 60.0, result("a")], [60.0, result("b")])
    response = await opened(behind, streams)

    async def leave(message: Any) -> None:
        if message.get("body"):
            raise OSError("the reader is gone")

    with pytest.raises(OSError, match="gone"):
        await response.stream_response(leave)
    assert all(call.is_cancelled for call in behind.calls)
    assert streams.count == 0
