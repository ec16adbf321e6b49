"""Server-sent events, read from an HTTP answer as they come."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse


@dataclass
class Event:
    """One server-sent event."""

    id: str
    type: str
    data: Any


async def events_of(response: ClientResponse) -> AsyncIterator[Event]:
    """Read the events of an answer until it ends; comments are passed over."""
    block: dict[str, str] = {}
    async for raw in response.content:
        line = raw.decode().rstrip("\n")
        if line:
            name, _, value = line.partition(": ")
            block[name] = value
            continue
        if "event" in block:
            yield Event(block.get("id", ""), block["event"], json.loads(block["data"]))
        block = {}
