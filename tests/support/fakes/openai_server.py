"""A model provider that speaks OpenAI's wire format over real sockets, and misbehaves when asked.

It runs as a process of its own: `python -m tests.support.fakes.openai_server PORT`. The model's
name
chooses what happens:

    gpt-4o-mini (and every other name)   a normal answer, streamed when asked for
    whole                                never streams, whatever is asked
    rate-limited                         429 with Retry-After: 2
    rate-limited-once                    429 once for each idempotency key, then normal
    error-500 · error-401 · error-400    these statuses, with an OpenAI error body
    hang                                 accepts, and says nothing
    slow                                 a token every 100 ms
    stalls                               half an answer, then nothing more
    cut                                  half an answer, then the connection is gone
    malformed                            a line that is not JSON
    wrong-usage · no-usage               token counts that cannot be true; none at all
    huge                                 100 MB of answer
    tools · tools-whole                  two tool calls and no text, streamed in pieces or whole
    tools-broken                         a tool call that is not one
"""

import asyncio
import json
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import web

ANSWER: Final = "The quick brown fox jumps over the lazy dog."
TOOL_CALLS: Final = [
    ("call_a", "get_weather", '{"city": "Turin", "unit": "celsius"}'),
    ("call_b", "get_time", '{"zone": "Europe/Rome"}'),
]
_STATUSES: Final = {"error-500": 500, "error-401": 401, "error-400": 400}
_seen: Counter[str] = Counter()
_requests: list[dict[str, Any]] = []


async def chat(request: web.Request) -> web.StreamResponse:
    """POST /v1/chat/completions."""
    body = await request.json()
    key = request.headers.get("Idempotency-Key", "")
    _requests.append(
        {"body": body, "authorization": request.headers.get("Authorization", ""), "key": key}
    )
    model = body["model"]
    _seen[f"{model}:{key}"] += 1
    if model == "rate-limited" or (model == "rate-limited-once" and _seen[f"{model}:{key}"] == 1):
        return _error(429, "slow down", {"Retry-After": "2" if model == "rate-limited" else "0.05"})
    if model in _STATUSES:
        return _error(_STATUSES[model], f"this is {model}")
    if model == "hang":
        await asyncio.sleep(3600)
    if model in ("whole", "tools-whole") or not body.get("stream"):
        return web.json_response(_whole(model))
    return await _stream(request, model)


def _error(status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    error = {"message": message, "type": "fake", "code": str(status)}
    return web.json_response({"error": error}, status=status, headers=headers)


def _usage(model: str) -> dict[str, Any]:
    if model == "wrong-usage":
        return {"prompt_tokens": -5, "completion_tokens": "many", "total_tokens": None}
    return {
        "prompt_tokens": 12,
        "completion_tokens": 10,
        "total_tokens": 22,
        "prompt_tokens_details": {"cached_tokens": 4},
    }


def _whole(model: str) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": ANSWER}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    if model == "tools-whole":
        message |= {"content": None, "tool_calls": [_tool_call(n) for n in range(len(TOOL_CALLS))]}
        choice["finish_reason"] = "tool_calls"
    return {**_common(model, "chat.completion"), "choices": [choice], "usage": _usage(model)}


def _common(model: str, kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-1", "object": kind, "created": int(time.time()), "model": model}


async def _stream(request: web.Request, model: str) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    if model == "huge":
        await _huge(response)
    is_tools = model in ("tools", "tools-broken")
    if is_tools:
        await _stream_tools(response, model)
    words = [] if is_tools else ANSWER.split(" ")
    for number, word in enumerate(words):
        text = word if number == 0 else f" {word}"
        if model == "malformed" and number == 3:
            await response.write(b"data: {not json\n\n")
        if model == "cut" and number == 5:
            assert request.transport is not None
            request.transport.abort()
            return response
        if model == "stalls" and number == 5:
            await asyncio.sleep(3600)
        if model == "slow":
            await asyncio.sleep(0.1)
        await _send(
            response, model, [{"index": 0, "delta": {"content": text}, "finish_reason": None}]
        )
    reason = "tool_calls" if is_tools else "stop"
    await _send(response, model, [{"index": 0, "delta": {}, "finish_reason": reason}])
    if model != "no-usage":
        await _send(response, model, [], usage=_usage(model))
    await response.write(b"data: [DONE]\n\n")
    return response


def _tool_call(number: int) -> dict[str, Any]:
    call_id, name, arguments = TOOL_CALLS[number]
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


async def _stream_tools(response: web.StreamResponse, model: str) -> None:
    """Send the calls as OpenAI does: name and id first, then the arguments, piece by piece."""
    for number, (call_id, name, arguments) in enumerate(TOOL_CALLS):
        function: Any = {"name": name, "arguments": ""} if model == "tools" else "broken"
        await _send_tool(response, model, {"index": number, "id": call_id, "function": function})
        for start in range(0, len(arguments), 7):
            function = {"arguments": arguments[start : start + 7]}
            await _send_tool(response, model, {"index": number, "function": function})


async def _send_tool(response: web.StreamResponse, model: str, piece: dict[str, Any]) -> None:
    choice = {"index": 0, "delta": {"tool_calls": [piece]}, "finish_reason": None}
    await _send(response, model, [choice])


async def _huge(response: web.StreamResponse) -> None:
    piece = "x" * 1_000_000
    for _ in range(100):
        choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
        await _send(response, "huge", [choice])


async def _send(response: web.StreamResponse, model: str, choices: list[Any], **more: Any) -> None:
    data = {**_common(model, "chat.completion.chunk"), "choices": choices, **more}
    await response.write(f"data: {json.dumps(data)}\n\n".encode())


async def requests_seen(_request: web.Request) -> web.Response:
    """GET /_requests: everything that was asked so far."""
    return web.json_response(_requests)


def main() -> None:
    """Serve on 127.0.0.1 until ended."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/chat/completions", chat)
    app.router.add_get("/_requests", requests_seen)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, shutdown_timeout=0.1)


@contextmanager
def running_openai_server() -> Iterator[str]:
    """Run the server as a process of its own; yields its base URL, which ends in /v1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.support.fakes.openai_server", str(port)],
        cwd=Path(__file__).resolve().parents[3],
    )
    try:
        deadline = time.monotonic() + 15
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        child.terminate()
        child.wait(10)


if __name__ == "__main__":
    main()
