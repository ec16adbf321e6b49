"""The reader of SSE takes streams as servers send them, however they are cut."""

from collections.abc import AsyncIterator

import pytest

from cli.client import ServerEvent, parse_events

STREAM = (
    b": hello\n\n"
    b'event: step.started\r\nid: 1\r\ndata: {"step_id": "a"}\r\n\r\n'
    b'event: delta\ndata: {"text":\ndata: "gr\xc3\xbc\xc3\x9fe"}\n\n'
    b"retry: 500\n"
    b"data:1\n\n"
    b"event: cut\ndata: 2\n"
)
EVENTS = [
    ServerEvent("step.started", "1", {"step_id": "a"}),
    ServerEvent("delta", "", {"text": "grüße"}),
    ServerEvent("message", "", 1),
]


async def parsed(*chunks: bytes) -> list[ServerEvent]:
    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [event async for event in parse_events(stream())]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1000])
async def test_events_are_the_same_however_the_stream_is_cut(size: int) -> None:
    chunks = [STREAM[start : start + size] for start in range(0, len(STREAM), size)]
    assert await parsed(*chunks) == EVENTS


async def test_a_line_may_be_longer_than_any_buffer() -> None:
    text = "x" * 3_000_000
    (event,) = await parsed(b'data: "', text.encode(), b'"\n\n')
    assert event.data == text


@pytest.mark.parametrize("stream", [b"", b"\n\n\n", b":\n\n", b"event: alone\n\n", b"data: 1"])
async def test_what_is_no_whole_event_is_none(stream: bytes) -> None:
    assert await parsed(stream) == []


async def test_data_that_is_no_json_breaks_the_stream_and_not_the_program() -> None:
    with pytest.raises(ConnectionError):
        await parsed(b"data: {\n\n")
