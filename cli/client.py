"""The platform's own HTTP API, as the command line uses it.

The same doors as every customer's program.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp

from cli.screen import Failure


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
        """Follow an SSE stream until the server ends it."""
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=60)
        try:
            async with self._session.get(
                self._url + path, headers=headers, timeout=timeout
            ) as response:
                await _raise_for_problem(response)
                async for event in _parse(response.content):
                    yield event
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError(str(error)) from error

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            async with self._session.request(method, self._url + path, **options) as response:
                await _raise_for_problem(response)
                return await response.json() if response.status != 204 else None
        except aiohttp.ClientConnectionError as error:
            raise Failure(
                f"nothing answers at {self._url}\nstart the platform with `promptpilot up`"
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


async def _parse(content: aiohttp.StreamReader) -> AsyncIterator[ServerEvent]:
    kind, number = "message", ""
    data: list[str] = []
    async for raw in content:
        line = raw.decode().rstrip("\r\n")
        if not line:
            if data:
                yield ServerEvent(kind, number, json.loads("\n".join(data)))
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
