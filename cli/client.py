"""The platform's own HTTP API, as the command line uses it.

The same doors as every customer's program.
"""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

from cli.screen import Failure

# Answers of a gateway whose services are just starting, stopping or busy.
_PASSING: Final = (429, 502, 503, 504)
_FIRST_WAIT_S: Final = 0.1
_MOST_WAIT_S: Final = 2.0
# Files in and out: as long as bytes or heartbeats come.
_LONG: Final = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=60)


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event of an SSE stream. `id` is "" for events that are not numbered."""

    type: str
    id: str
    data: Any


class Refused(Failure):
    """The gateway answered with a problem (RFC 9457): its status and its reason."""

    def __init__(
        self, status: int, reason: str, text: str, retry_after_s: float | None = None
    ) -> None:
        super().__init__(f"{status} {reason}: {text}")
        self.status = status
        self.reason = reason
        self.retry_after_s = retry_after_s


class Unanswered(Failure):
    """The connection could not be made, or broke before the whole answer was here."""


class Api:
    """Calls one gateway. Problems (RFC 9457) become Refused.

    A GET that finds the gateway or a service away is made again for up to `patience_s`.
    """

    def __init__(self, url: str, token: str = "", *, patience_s: float = 30) -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        timeout = aiohttp.ClientTimeout(total=60, sock_connect=5)
        self.url = url.rstrip("/")
        self._patience_s = patience_s
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
        """GET a JSON document; what fails in passing is tried again."""
        ends, tries = time.monotonic() + self._patience_s, 0
        while True:
            try:
                return await self._call("GET", path, params=query)
            except (Refused, Unanswered) as error:
                wait_s = _wait_s(error, tries)
                if wait_s is None or time.monotonic() + wait_s > ends:
                    raise
            await asyncio.sleep(wait_s)
            tries += 1

    async def post(self, path: str, body: Any, *, idempotency_key: str = "") -> Any:
        """POST a JSON document and return the answer's."""
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return await self._call("POST", path, json=body, headers=headers)

    async def download(self, path: str, **query: str) -> bytes:
        """GET a file; a download that breaks off is an Unanswered."""
        return bytes(await self._call("GET", path, params=query, timeout=_LONG))

    async def upload(self, path: str, data: bytes, **query: str) -> AsyncIterator[ServerEvent]:
        """POST a file, and follow the events that are its answer.

        ConnectionError when they break off. Raises Refused.
        """
        headers = {"Accept": "text/event-stream", "Content-Type": "application/octet-stream"}
        try:
            async with self._session.post(
                self.url + path, data=BytesIO(data), params=query, headers=headers, timeout=_LONG
            ) as response:
                await _raise_for_problem(response)
                async for event in parse_events(response.content.iter_any()):
                    yield event
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError(str(error)) from error

    async def events(self, path: str, after: str = "") -> AsyncIterator[ServerEvent]:
        """Follow an SSE stream until the server ends it.

        ConnectionError when it breaks or cannot be had at this moment: go on after the last id.
        """
        headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": after} if after else {})
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=60)
        try:
            async with self._session.get(
                self.url + path, headers=headers, timeout=timeout
            ) as response:
                if response.status in _PASSING:
                    raise ConnectionError(f"{self.url} answers {response.status}")
                await _raise_for_problem(response)
                async for event in parse_events(response.content.iter_any()):
                    yield event
        except (aiohttp.ClientError, TimeoutError) as error:
            raise ConnectionError(str(error)) from error

    async def _call(self, method: str, path: str, **options: Any) -> Any:
        try:
            async with self._session.request(method, self.url + path, **options) as response:
                await _raise_for_problem(response)
                if response.content_type == "application/zip":
                    return await response.read()
                return await response.json() if response.status != 204 else None
        except aiohttp.InvalidURL as error:
            raise Failure(
                f"{self.url} is no address\nset PP_URL, such as http://127.0.0.1:8080"
            ) from error
        except aiohttp.ClientConnectionError as error:
            raise Unanswered(
                f"nothing answers at {self.url}\nstart the platform with `promptpilot up`"
            ) from error
        except aiohttp.ClientPayloadError as error:
            raise Unanswered(f"{self.url} broke off in the middle of its answer") from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Failure(
                f"{self.url} gave no answer that can be read: {error or type(error).__name__}\n"
                "see `promptpilot status`"
            ) from error


def _wait_s(error: Refused | Unanswered, tries: int) -> float | None:
    """Return the wait before the next try, as asked for or doubling; None when none would help."""
    if isinstance(error, Refused):
        if error.status not in _PASSING:
            return None
        if error.retry_after_s is not None:
            return error.retry_after_s
    most_s = min(_MOST_WAIT_S, _FIRST_WAIT_S * 2**tries)
    return random.uniform(most_s / 2, most_s)  # noqa: S311 - spreads retries, guards nothing


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
    after = response.headers.get("Retry-After", "")
    raise Refused(
        response.status,
        str(problem.get("reason", "")),
        "\n".join(lines),
        float(after) if after.isascii() and after.isdigit() else None,
    )


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
