"""Servers that speak OpenAI's chat completions over HTTP.

OpenAI itself, vLLM, LM Studio, Azure and many more.

Calls are always streamed. What goes wrong becomes one of errors.Provider…: a refusal (4xx) is not
tried again by the engine; a rate limit, an outage, a cut stream and a time-out are.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from services.execution.errors import (
    ProviderBadResponse,
    ProviderRateLimited,
    ProviderRefused,
    ProviderTimedOut,
    ProviderUnavailable,
)
from services.execution.rules.model_calls import Completion, Delta, ModelRequest
from services.execution.rules.states import Usage
from services.execution.rules.tool_calls import ToolCallPieces, ToolCallsInvalid, written
from services.kit.egress import (
    Answer,
    Egress,
    EgressTimedOut,
    EgressTooLarge,
    Limits,
    Request,
)
from services.kit.egress_addresses import EgressFailed
from services.kit.tokenizer import o200k as tokenizer

_MOST_ANSWER_BYTES: Final = 8 * 1024 * 1024
_MOST_LINE_BYTES: Final = 1024 * 1024
_MOST_ERROR_BYTES: Final = 64 * 1024
_MOST_TOKENS: Final = 100_000_000
_LONGEST_RETRY_S: Final = 3600.0
_OK: Final = 200
_RATE_LIMITED: Final = 429
_PASSING: Final = frozenset({408, 409, 425, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})
# What the adapter itself decides.
_OWN: Final = frozenset({"model", "messages", "stream", "stream_options", "n"})


class OpenAICompatible:
    """One connection to a provider."""

    def __init__(self, egress: Egress, *, base_url: str, api_key: str, provider: str) -> None:
        """Name the connection; `provider` is its price-book name, an empty key sends none."""
        self._egress = egress
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._api_key = api_key
        self._provider = provider

    @property
    def name(self) -> str:
        """Its name in the price book."""
        return self._provider

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Completion, None]:
        """Call the model and yield its answer piece by piece."""
        limits = Limits(
            total_s=request.timeout_s, idle_s=request.timeout_s, max_body_bytes=_MOST_ANSWER_BYTES
        )
        call = Request("POST", self._url, self._headers(request), _body(request))
        with _translated():
            async with self._egress.call(call, limits) as answer:
                if answer.status != _OK:
                    raise _refusal(answer.status, answer.headers, await _error_text(answer))
                reading = _Reading(request, self._provider)
                if "json" in answer.headers.get("content-type", ""):
                    # Some servers answer whole, whatever was asked.
                    reading.whole(_parsed(await answer.read()))
                    if reading.text:
                        yield Delta(reading.text)
                else:
                    async for data in _events(answer):
                        piece = reading.chunk(_parsed(data))
                        if piece:
                            yield Delta(piece)
                yield await reading.completion()

    def _headers(self, request: ModelRequest) -> dict[str, str]:
        headers = {
            "content-type": "application/json",
            "accept": "text/event-stream, application/json",
            "user-agent": "promptpilot",
            "idempotency-key": request.idempotency_key,
        }
        return headers | ({"authorization": f"Bearer {self._api_key}"} if self._api_key else {})


@dataclass
class _Reading:
    """What has been read of one answer."""

    request: ModelRequest
    provider: str
    parts: list[str] = field(default_factory=list)
    tools: ToolCallPieces = field(default_factory=ToolCallPieces)
    finish_reason: str = ""
    model: str = ""
    usage: Mapping[str, Any] | None = None

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def chunk(self, data: Mapping[str, Any]) -> str:
        """Take one event of the stream; returns the text that it adds."""
        if isinstance(data.get("error"), Mapping):
            raise ProviderUnavailable(_said(data["error"].get("message")))
        self._common(data)
        return self._choice(data, "delta")

    def whole(self, data: Mapping[str, Any]) -> None:
        """Take an answer that came in one piece."""
        self._common(data)
        self._choice(data, "message")

    def _common(self, data: Mapping[str, Any]) -> None:
        if isinstance(data.get("model"), str):
            self.model = data["model"]
        if isinstance(data.get("usage"), Mapping):
            self.usage = data["usage"]

    def _choice(self, data: Mapping[str, Any], key: str) -> str:
        choices = data.get("choices")
        if not isinstance(choices, list):
            raise ProviderBadResponse("the provider's answer has no choices")
        if not choices:
            return ""
        first = choices[0]
        part = first.get(key) if isinstance(first, Mapping) else None
        if not isinstance(part, Mapping):
            raise ProviderBadResponse(f"the provider's answer has a choice without {key}")
        if isinstance(first.get("finish_reason"), str):
            self.finish_reason = first["finish_reason"]
        content = part.get("content")
        if content is not None and not isinstance(content, str):
            raise ProviderBadResponse("the provider's answer has content that is not text")
        try:
            self.tools.add(part.get("tool_calls"))
        except ToolCallsInvalid as error:
            raise ProviderBadResponse(f"the provider's answer has {error}") from error
        self.parts.append(content or "")
        return content or ""

    async def completion(self) -> Completion:
        """Close the answer; raises ProviderUnavailable when the stream was cut before its end."""
        if not self.finish_reason:
            raise ProviderUnavailable("the provider's answer was cut before its end")
        return Completion(
            text=self.text,
            finish_reason=self.finish_reason,
            usage=_sane(self.usage, self.text) or await self._counted(),
            tool_calls=self.tools.calls,
            model=self.model or self.request.model,
            provider=self.provider,
        )

    async def _counted(self) -> Usage:
        return Usage(
            input_tokens=await tokenizer.count_messages(self.request.messages),
            output_tokens=await tokenizer.count_text(self.text + written(self.tools.calls)),
            is_estimated=True,
        )


def _body(request: ModelRequest) -> bytes:
    parameters = {key: value for key, value in request.parameters.items() if key not in _OWN}
    messages = [{"role": each.role, "content": each.content} for each in request.messages]
    options = {"stream": True, "stream_options": {"include_usage": True}}
    return orjson.dumps({**parameters, "model": request.model, "messages": messages, **options})


async def _events(answer: Answer) -> AsyncIterator[bytes]:
    """Yield the data of each server-sent event up to [DONE]."""
    buffer = b""
    async for chunk in answer.chunks():
        buffer += chunk
        *lines, buffer = buffer.split(b"\n")
        if len(buffer) > _MOST_LINE_BYTES:
            raise ProviderBadResponse("the provider sent a line without an end")
        for line in lines:
            data = line.strip().removeprefix(b"data:").strip()
            if data == b"[DONE]":
                return
            if data and line.startswith(b"data:"):
                yield data


def _parsed(data: bytes) -> Mapping[str, Any]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ProviderBadResponse("the provider's answer is not JSON") from error
    if not isinstance(value, dict):
        raise ProviderBadResponse("the provider's answer is not a JSON object")
    return value


def _sane(said: Mapping[str, Any] | None, text: str) -> Usage | None:
    """Return the usage that the provider reports, None when it is missing or cannot be true."""
    if said is None:
        return None
    inputs, outputs = _count(said.get("prompt_tokens")), _count(said.get("completion_tokens"))
    if not inputs or outputs is None or (text and not outputs):
        return None
    cached = _detail(said, "prompt_tokens_details", "cached_tokens")
    reasoning = _detail(said, "completion_tokens_details", "reasoning_tokens")
    return Usage(
        input_tokens=inputs,
        output_tokens=outputs,
        cached_input_tokens=min(cached, inputs),
        reasoning_tokens=min(reasoning, outputs),
    )


def _count(value: Any) -> int | None:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return int(value) if is_number and 0 <= value <= _MOST_TOKENS else None


def _detail(said: Mapping[str, Any], group: str, name: str) -> int:
    details = said.get(group)
    return _count(details.get(name)) or 0 if isinstance(details, Mapping) else 0


async def _error_text(answer: Answer) -> str:
    body = b""
    try:
        async for chunk in answer.chunks():
            body += chunk
            if len(body) > _MOST_ERROR_BYTES:
                break
        error = orjson.loads(body[:_MOST_ERROR_BYTES]).get("error")
    except (orjson.JSONDecodeError, AttributeError, EgressTooLarge, EgressFailed):
        return ""
    return _said(error.get("message") if isinstance(error, Mapping) else error)


def _said(message: Any) -> str:
    return f"the provider says: {message[:500]}" if isinstance(message, str) and message else ""


def _refusal(status: int, headers: Mapping[str, str], said: str) -> Exception:
    text = said or f"the provider answered {status}"
    if status == _RATE_LIMITED:
        return ProviderRateLimited(text, retry_after_s=_retry_after(headers), status=status)
    if status in _PASSING:
        return ProviderUnavailable(text, retry_after_s=_retry_after(headers), status=status)
    return ProviderRefused(text, status=status)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return min(max(seconds, 0.0), _LONGEST_RETRY_S)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except EgressTimedOut as error:
        raise ProviderTimedOut("the provider did not answer in time") from error
    except EgressFailed as error:
        raise ProviderUnavailable("the connection to the provider failed or was cut") from error
    except EgressTooLarge as error:
        raise ProviderBadResponse("the provider's answer is too large") from error
