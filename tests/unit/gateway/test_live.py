"""A run's stream: no gap, no repetition, an end, whatever happens behind it."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any, cast

import orjson
import pytest

from gateway.live.runs import RunSource, last_event_id, run_events
from gateway.live.streams import (
    HEARTBEAT,
    RECONNECT,
    EventStream,
    LiveSettings,
    Streams,
    TooManyStreams,
    frame,
)
from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.caller import Caller
from services.kit.errors import InvalidArgument, NotFound, Unavailable
from services.kit.ids import ActorId, TenantId
from tests.support.scripted_call import ScriptedCall

pytestmark = pytest.mark.usefixtures("virtual_time")

FAST = LiveSettings(heartbeat_s=0.02, outage_s=0.9)
RETRY = b"retry: 1000\n\n"


def event(sequence: int, kind: str = "step.started") -> pb.WatchRunResponse:
    return pb.WatchRunResponse(event=pb.RunEvent(sequence=sequence, type=kind))


def delta(text: str) -> pb.WatchRunResponse:
    return pb.WatchRunResponse(delta=pb.TokenDelta(step_id="a", attempt=1, text=text))


class Source:
    """A run as execution shows it, call after call."""

    def __init__(self, *scripts: list[Any], is_over: bool = False) -> None:
        self._scripts = list(scripts)
        self._is_over = is_over
        self.asked_after: list[int] = []
        self.calls: list[ScriptedCall] = []

    def watch(self, after: int) -> ScriptedCall:
        self.asked_after.append(after)
        script = self._scripts.pop(0) if self._scripts else [Unavailable("away")]
        self.calls.append(ScriptedCall(script))
        return self.calls[-1]

    async def is_over(self, _: int) -> bool:
        return self._is_over


async def followed(
    source: Source, *, after: int = 0, bell: asyncio.Event | None = None
) -> list[bytes]:
    bell = bell or asyncio.Event()
    stream = run_events(cast("RunSource", source), after, FAST, bell)
    out = [chunk async for chunk in stream]
    assert out[0] == RETRY
    return [chunk for chunk in out[1:] if chunk != HEARTBEAT]


def sequences(chunks: list[bytes]) -> list[int]:
    return [int(chunk.split(b"\n")[0][4:]) for chunk in chunks if chunk.startswith(b"id: ")]


async def test_events_carry_their_number_and_deltas_do_not() -> None:
    source = Source([event(1), delta("Hel"), delta("lo"), event(2, "run.succeeded")])
    chunks = await followed(source)
    assert sequences(chunks) == [1, 2]
    assert chunks[1] == b'event: delta\ndata: {"step_id":"a","attempt":1,"text":"Hel"}\n\n'
    assert chunks[3].startswith(b"id: 2\nevent: run.succeeded\ndata: {")


async def test_the_stream_ends_after_the_terminal_event() -> None:
    source = Source([event(1, "run.failed"), event(2)])
    assert sequences(await followed(source)) == [1]
    assert all(call.is_cancelled for call in source.calls)


async def test_a_restart_of_execution_leaves_no_gap_and_repeats_nothing() -> None:
    source = Source(
        [event(1), event(2), Unavailable("killed")],
        [Unavailable("not back yet")],
        [event(2), event(3), event(4, "run.succeeded")],
    )
    chunks = await followed(source)
    assert sequences(chunks) == [1, 2, 3, 4]
    assert source.asked_after == [0, 2, 2]
    assert RECONNECT not in chunks


async def test_a_gap_is_never_passed_on_but_read_again() -> None:
    source = Source([event(1), event(3)], [event(2), event(3), event(4, "run.cancelled")])
    assert sequences(await followed(source)) == [1, 2, 3, 4]
    assert source.asked_after == [0, 1]


async def test_a_reader_resumes_where_it_was() -> None:
    source = Source([event(8), event(9, "run.succeeded")])
    assert sequences(await followed(source, after=7)) == [8, 9]
    assert source.asked_after == [7]


async def test_when_execution_stays_away_the_reader_is_asked_to_come_back() -> None:
    chunks = await followed(Source([event(1), Unavailable("killed")]))
    assert sequences(chunks) == [1]
    assert chunks[-1] == RECONNECT


async def test_a_long_silence_is_no_outage() -> None:
    source = Source([1.0, Unavailable("deadline")], [event(1, "run.succeeded")])
    chunks = await followed(source)
    assert sequences(chunks) == [1]
    assert RECONNECT not in chunks


async def test_in_silence_a_heartbeat_keeps_the_line_open() -> None:
    source = Source([0.1, event(1, "run.succeeded")])
    stream = run_events(cast("RunSource", source), 0, FAST, asyncio.Event())
    out = [chunk async for chunk in stream]
    assert out.count(HEARTBEAT) >= 2


async def test_a_run_that_has_ended_and_was_read_to_its_end_ends_the_stream() -> None:
    assert await followed(Source([], is_over=True), after=9) == []


async def test_an_error_that_time_does_not_mend_is_a_problem_and_the_end() -> None:
    chunks = await followed(Source([event(1), NotFound("no such run")]))
    assert chunks[-1].startswith(b"event: problem\ndata: ")
    assert orjson.loads(chunks[-1].split(b"data: ")[1])["status"] == 404


async def test_the_bell_ends_the_stream_with_a_word() -> None:
    bell = asyncio.Event()
    asyncio.get_running_loop().call_later(0.05, bell.set)
    chunks = await followed(Source([event(1), 30.0]), bell=bell)
    assert sequences(chunks) == [1]
    assert chunks[-1] == RECONNECT


def test_line_breaks_in_stored_json_cannot_end_an_event() -> None:
    written = frame("x", {"a": orjson.Fragment(b'{\n"b":\r\n1}')}, 3)
    assert written == b'id: 3\nevent: x\ndata: {"a":{ "b":  1}}\n\n'


@pytest.mark.parametrize("text", ["-1", "x", "1.0", "9" * 30, "\u0661"])
def test_a_last_event_id_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument):
        last_event_id(text)


def test_no_last_event_id_means_from_the_start() -> None:
    assert last_event_id("") == 0
    assert last_event_id("42") == 42


def caller(session: str) -> Caller:
    return Caller(TenantId("ten_1"), ActorId("usr_1"), "user", session_id=session)


async def test_streams_are_counted_and_bounded() -> None:
    streams = Streams(LiveSettings(max_streams=2))
    bells = [streams.enter(caller("a")), streams.enter(caller("b"))]
    with pytest.raises(TooManyStreams):
        streams.enter(caller("c"))
    streams.leave(bells[0])
    streams.enter(caller("c"))
    assert streams.count == 2


async def test_a_revoked_session_ends_its_own_streams_only() -> None:
    streams = Streams(LiveSettings())
    own, other = streams.enter(caller("a")), streams.enter(caller("b"))
    streams.end_of("a")
    assert own.is_set()
    assert not other.is_set()


async def test_a_gateway_that_stops_ends_all_streams_and_opens_none() -> None:
    streams = Streams(LiveSettings())
    bell = streams.enter(caller("a"))
    streams.stop()
    assert bell.is_set()
    with pytest.raises(TooManyStreams):
        streams.enter(caller("b"))


async def test_a_reader_that_takes_nothing_is_let_go() -> None:
    streams = Streams(LiveSettings(stall_s=0.05))
    bell = streams.enter(caller("a"))
    given = 0

    async def endless() -> AsyncGenerator[bytes, None]:
        nonlocal given
        while True:
            given += 1
            yield b"x" * 1000

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body":
            await asyncio.sleep(60)  # its window is full, and stays so

    await EventStream(endless(), streams, bell).stream_response(send)
    assert given == 1
    assert streams.count == 0
