"""The platform's own HTTP API, as the command line uses it.

The same doors as every customer's program.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from cli.screen import Failure

# Answers of a gateway whose services are just starting, stopping or busy.
_PASSING: Final = (429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of an SSE stream. `id` is "" for events that are not numbered."""

    type: str
    id: str
    data: Any


class Refused(Failure):
    """The gateway answered with a problem (RFC 9457): its status and its reason."""

    def __init__(self, status: int, reason: str, text: str) -> None:
        super().__init__(f"{status} {reason}: {text}")
        self.status = status
        self.reason = reason


class Api:
    """Calls one gateway. Problems (RFC 9457) become Refused."""

    def __init__(self, url: str, token: str = "") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = aiohttp.ClientTimeout(total=60, sock_connect=5)
        self._url = url.rstrip("/")
        self._session = aiohttp.ClientSession(headers=headers, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def get(self, path: str, **query: str) -> Any:
        """GET a JSON document."""
        return await self._call("GET", path, params=query)

    async def post(self, path: str, body: Any, *, idempotency_key: str = "") -> Any:
        """POST a JSON document and return the answer's."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return await self._call("POST", path, json=body, headers=headers)

    async def events(self, path: str, after: str = "") -> AsyncIterator[ServerEvent]:
        """Follow an SSE stream until the server ends it.

        ConnectionError when it breaks or cannot be had at this moment: go on after the last id.
        """
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=60)
        try:
            async with self._session.get(
                self._url + path, headers=headers, timeout=timeout
            ) as response:
                if response.status in _PASSING:
                    raise ConnectionError(f"{self._url} answers {response.status}")
                await _raise_for_problem(response)
                async for event in parse_events(response.content.iter_any()):
                    yield event
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError(str(error)) from error

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            async with self._session.request(method, self._url + path, **options) as response:
                await _raise_for_problem(response)
                return await response.json() if response.status != 204 else None
        except aiohttp.InvalidURL as error:
            raise Failure(
                f"{self._url} is no address\nset PP_URL, such as http://127.0.0.1:8080"
            ) from error
        except aiohttp.ClientConnectionError as error:
            raise Failure(
                f"nothing answers at {self._url}\nstart the platform with `promptpilot up`"
            ) from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Failure(
                f"{self._url} gave no answer that can be read: {error or type(error).__name__}\n"
                "see `promptpilot status`"
            ) from error


async def _raise_for_problem(response: aiohttp.ClientResponse) -> None:
    if response.ok:
        return
    text = await response.text()
    try:
        problem = json.loads(text)
    except ValueError:
        problem = {}
    lines = [str(problem.get("detail") or problem.get("title") or text[:300])]
    faults = problem.get("errors", [])
    lines += [f"{fault.get('field', '')}: {fault.get('detail', '')}" for fault in faults]
    raise Refused(response.status, str(problem.get("reason", "")), "\n".join(lines))


async def parse_events(chunks: AsyncIterator[bytes]) -> AsyncIterator[ServerEvent]:
    """Read SSE with JSON data, however it is cut into chunks; lines may be of any length.

    What stands after the last blank line is no event. Data that is no JSON is a ConnectionError.
    """
    kind, number = "message", ""
    data: list[str] = []
    async for line in _lines(chunks):
        if not line:
            if data:
                yield ServerEvent(kind, number, _read("\n".join(data)))
            kind, number, data = "message", "", []
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            kind = value
        elif name == "id":
            number = value
        elif name == "data":
            data.append(value)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    parts: list[bytes] = []
    async for chunk in chunks:
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            yield b"".join((*parts, end)).decode(errors="replace").removesuffix("\r")
            parts = []
        parts.append(rest)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ConnectionError("the stream holds an event that is no JSON") from error
