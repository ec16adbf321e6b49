"""A call that streams, as a test writes it down."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from services.kit.errors import AppError


class ScriptedCall:
    """The caller's end of one streaming call: messages, errors to raise, pauses in seconds."""

    def __init__(self, script: list[Any]) -> None:
        self._script = iter(script)
        self.is_cancelled = False

    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        for item in self._script:
            if isinstance(item, AppError):
                raise item
            if isinstance(item, float):
                await asyncio.sleep(item)
                continue
            return item
        raise StopAsyncIteration

    def cancel(self) -> None:
        """Note that the caller lets go."""
        self.is_cancelled = True
