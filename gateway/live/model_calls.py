"""A model's answer as it comes, and what it cost."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from gateway.clients import Clients, ask
from gateway.live.streams import (
    HEARTBEAT,
    EventStream,
    LiveSettings,
    Streams,
    frame,
    next_of,
    paced,
)
from gateway.problems import document_of
from gateway.translate import read
from promptpilot.billing.v1 import billing_pb2
from promptpilot.execution.v1 import execution_pb2 as pb
from services.kit.caller import Caller, acting_as, current_caller
from services.kit.errors import AppError, Unavailable

# A price is worth a moment's wait, and an answer is worth more than its price.
_PRICE_TIMEOUT_S: Final = 2.0


class ModelCalls:
    """Calls models on behalf of whoever asks while this is made."""

    def __init__(self, clients: Clients, settings: LiveSettings) -> None:
        self.settings = settings
        self._clients = clients
        self._caller: Caller = current_caller()

    def begin(self, request: pb.StreamModelCallRequest) -> "ModelCall":
        """Begin a call; `cancel` it in the end, whatever happens."""
        with acting_as(self._caller):
            stream = self._clients.execution.StreamModelCall(
                request, timeout=self.settings.model_call_s
            )
        return ModelCall(stream, asyncio.ensure_future(next_of(stream)))

    async def result(self, result: pb.ModelCallResult) -> dict[str, Any]:
        """Return the result with its cost; null when billing cannot be asked just now."""
        return {**read(result), "cost": await self._cost(result)}

    async def _cost(self, result: pb.ModelCallResult) -> dict[str, Any] | None:
        usage = result.usage
        request = billing_pb2.PriceUsageRequest(
            provider=result.provider,
            model=result.model,
            is_test=result.mode == pb.MODE_TEST,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cached_input_tokens=usage.cached_input_tokens,
            reasoning_tokens=usage.reasoning_tokens,
        )
        try:
            with acting_as(self._caller):
                price = await ask(self._clients.billing.PriceUsage, request, _PRICE_TIMEOUT_S)
        except AppError:
            return None
        return read(price)


@dataclass(frozen=True, slots=True)
class ModelCall:
    """A call under way: its stream, and the read of its first message."""

    stream: Any
    first: "asyncio.Future[Any]"

    def cancel(self) -> None:
        """End the call, and with it the provider's."""
        self.stream.cancel()
        self.first.cancel()


def cut_off() -> Unavailable:
    """Say that an answer ended before its end."""
    return Unavailable("The model call was cut off; it may have been billed.")


async def stream_model_call(
    clients: Clients, request: pb.StreamModelCallRequest, streams: Streams
) -> Response:
    """Answer with a model's text as it comes.

    Errors before its first token are problems with their status.
    """
    calls = ModelCalls(clients, streams.settings)
    bell = streams.enter(current_caller())
    call = calls.begin(request)
    try:
        await asyncio.wait({call.first}, timeout=streams.settings.first_token_s)
        if call.first.done():
            call.first.result()
    except BaseException:
        call.cancel()
        streams.leave(bell)
        raise
    return EventStream(_model_call_events(calls, call, bell), streams, bell)


async def _model_call_events(
    calls: ModelCalls, call: ModelCall, bell: asyncio.Event
) -> AsyncGenerator[bytes, None]:
    try:
        events = paced(call.stream, calls.settings.heartbeat_s, bell, call.first)
        async with aclosing(events) as items:
            async for item in items:
                if item is None:
                    yield HEARTBEAT
                elif item.WhichOneof("item") == "delta":
                    yield frame("delta", {"text": item.delta})
                else:
                    yield frame("result", await calls.result(item.result))
                    return
        yield frame("problem", document_of(cut_off()))
    except AppError as error:
        yield frame("problem", document_of(error))
    finally:
        call.cancel()
