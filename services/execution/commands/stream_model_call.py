"""Calling a model once, outside any run."""

import asyncio
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final

import orjson

from services.execution import events
from services.execution.commands.call_model import call_model
from services.execution.commands.ports import Models
from services.execution.models import CallId
from services.execution.rules.model_calls import (
    ChatMessage,
    Completion,
    Delta,
    ModelRequest,
)
from services.execution.rules.modes import Mode
from services.execution.rules.plan import PinnedPrompt
from services.execution.rules.states import Answer, Usage
from services.kit.errors import FieldViolation, InvalidArgument
from services.kit.ids import TenantId, new_id
from services.kit.tokenizer import o200k as tokenizer
from services.kit.work import Work

_ROLES: Final = frozenset({"system", "user", "assistant"})
_MOST_MESSAGES: Final = 100
_MOST_CONTENT: Final = 1_000_000
_MOST_PARAMETERS: Final = 64 * 1024
TIMEOUT_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class CallForm:
    """What somebody asks of a model. `prompt` names the version that was rendered, if any."""

    messages: tuple[ChatMessage, ...]
    model: str
    parameters: Mapping[str, Any]
    mode: Mode
    prompt: PinnedPrompt


@dataclass(frozen=True, slots=True)
class CallResult:
    """How the call ended; durations in milliseconds."""

    call_id: CallId
    mode: Mode
    completion: Completion
    duration_ms: int
    first_token_ms: int


def parse_parameters(text: str) -> Mapping[str, Any]:
    """Read model parameters; raise InvalidArgument unless they are a JSON object."""
    if len(text) > _MOST_PARAMETERS:
        raise InvalidArgument.of_field("parameters", "must be at most 64 KB")
    try:
        value = orjson.loads(text or "{}")
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise InvalidArgument.of_field("parameters", "must be a JSON object")
    return value


async def stream_model_call(
    work: Work, tenant: TenantId, models: Models, form: CallForm, *, timeout_s: float
) -> AsyncGenerator[Delta | CallResult, None]:
    """Yield the answer as it comes, and last the result, once its usage is recorded.

    A caller that leaves stops the provider; what was answered by then is recorded, as we count it,
    because providers bill it. Raises InvalidArgument, ModelNotFound, and errors.Provider….
    """
    _check(form)
    call_id = CallId(new_id("cal"))
    provider = await models.find(tenant, form.mode, form.model)
    request = ModelRequest(
        form.model, form.messages, form.parameters, min(timeout_s, TIMEOUT_S), call_id
    )
    began = time.monotonic()
    first_ms = 0
    heard: list[str] = []
    meter = _Meter(work, tenant, call_id, form)
    try:
        async with aclosing(call_model(provider, request)) as items:
            async for item in items:
                first_ms = first_ms or max(1, _elapsed_ms(began))
                if isinstance(item, Delta):
                    heard.append(item.text)
                    yield item
                    continue
                await meter.record(item.usage, item.model, item.provider)
                heard.clear()
                yield CallResult(call_id, form.mode, item, _elapsed_ms(began), first_ms)
                return
    except (asyncio.CancelledError, GeneratorExit):
        if heard:
            await meter.record_stopped("".join(heard), provider.name)
        raise


@dataclass(frozen=True, slots=True)
class _Meter:
    """Records what one call used."""

    work: Work
    tenant: TenantId
    call_id: CallId
    form: CallForm

    async def record(self, usage: Usage, model: str, provider: str) -> None:
        answer = Answer(None, "", usage, model, provider)
        async with self.work.begin(self.tenant) as tx:
            tx.emit(
                events.call_usage_recorded(
                    call_id=self.call_id,
                    prompt=self.form.prompt,
                    mode=self.form.mode,
                    answer=answer,
                    now=tx.now,
                )
            )

    async def record_stopped(self, text: str, provider: str) -> None:
        usage = Usage(
            input_tokens=await tokenizer.count_messages(self.form.messages),
            output_tokens=await tokenizer.count_text(text),
            is_estimated=True,
        )
        await self.record(usage, self.form.model, provider)


def _elapsed_ms(began: float) -> int:
    return int((time.monotonic() - began) * 1000)


def _check(form: CallForm) -> None:
    faults: list[FieldViolation] = []
    if not 1 <= len(form.messages) <= _MOST_MESSAGES:
        faults.append(FieldViolation("messages", f"must be 1 to {_MOST_MESSAGES}"))
    for index, message in enumerate(form.messages):
        if message.role not in _ROLES:
            text = "must be system, user or assistant"
            faults.append(FieldViolation(f"messages[{index}].role", text))
    if sum(len(message.content) for message in form.messages) > _MOST_CONTENT:
        faults.append(FieldViolation("messages", "must be at most 1 MB of text together"))
    if form.mode == "live" and not form.model:
        faults.append(FieldViolation("model", "is required in live mode"))
    if faults:
        text = "; ".join(f"{each.field}: {each.description}" for each in faults)
        raise InvalidArgument(text, violations=faults)
