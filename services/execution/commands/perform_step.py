"""The work of steps that call out: prompts to models, requests over HTTP."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import orjson

from services.execution.commands.call_model import call_model
from services.execution.commands.ports import Models, Prompts
from services.execution.commands.run_tools import Prepared, Scope
from services.execution.commands.slow_lane import SlowLane
from services.execution.errors import HttpStatus, HttpStatusPassing
from services.execution.repository.loads import LoadedRun
from services.execution.rules.model_calls import ChatMessage, Delta, ModelRequest
from services.execution.rules.modes import Mode
from services.execution.rules.plan import HttpWork, PromptWork, StepPlan
from services.execution.rules.states import Answer
from services.kit import telemetry
from services.kit.egress import Egress, Limits, Request
from services.kit.errors import DeadlineExceeded, InvalidArgument, Unavailable
from services.kit.expressions import Template
from services.kit.ids import TenantId

MOST_HTTP_BODY_BYTES: Final = 1_048_576
_PASSING_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
# Pauses while our own prompts service is away, which is no fault of the step.
_FIRST_PAUSE_S: Final = 0.1
_MOST_PAUSE_S: Final = 2.0

OnDelta = Callable[[str], Awaitable[None]]


class StepInputInvalid(InvalidArgument):
    """What the step's expressions gave cannot be used where it stands."""

    reason = "STEP_INPUT_INVALID"


class StepPerformer:
    """Prepares and performs steps; holds nothing of any run."""

    def __init__(self, prompts: Prompts, models: Models, egress: Egress, slow: SlowLane) -> None:
        self._prompts = prompts
        self._models = models
        self._egress = egress
        self._slow = slow

    async def prepare(self, run: LoadedRun, step: StepPlan, scope: Scope) -> Prepared:
        """Resolve the step's input; raise AppError."""
        if isinstance(step.work, PromptWork):
            return await self._prepare_prompt(run, step, step.work, scope)
        if isinstance(step.work, HttpWork):
            return await self._prepare_http(run, step.work, scope)
        raise TypeError(f"a step of type {step.type} calls nothing")

    async def perform(
        self,
        run: LoadedRun,
        step: StepPlan,
        prepared: Prepared,
        *,
        attempt: int,
        on_delta: OnDelta,
    ) -> Answer:
        """Make the attempt's call; raise AppError."""
        name = f"step {step.type}"
        with telemetry.tracer().start_as_current_span(name, attributes={"step.id": step.id}):
            if isinstance(prepared.call, Request):
                return await self._request(prepared.call, step.timeout_ms / 1000)
            key = f"{run.claim.run_id}/{step.id}/{attempt}"
            return await self._ask(run, step, prepared.call, key, on_delta)

    async def _prepare_prompt(
        self, run: LoadedRun, step: StepPlan, work: PromptWork, scope: Scope
    ) -> Prepared:
        variables = await self._render(run.claim.tenant, work.variables, scope)
        model = await self._render(run.claim.tenant, work.model, scope)
        parameters = await self._render(run.claim.tenant, work.parameters, scope)
        if not isinstance(model, str) or not isinstance(parameters, dict):
            raise StepInputInvalid("model must be text, and parameters an object")
        async with asyncio.timeout(step.timeout_ms / 1000):
            rendered = await self._render_patiently(run.claim.tenant, work, variables)
        model = model or rendered.model
        parameters = {**rendered.parameters, **parameters}
        said = {
            "prompt_id": work.prompt.prompt_id,
            "prompt_version": work.prompt.version,
            "variables": variables,
            "model": model,
            "parameters": parameters,
        }
        call = (model, rendered.messages, parameters)
        return Prepared(orjson.dumps(said).decode(), call)

    async def _render(self, tenant: str, template: Template, scope: Scope) -> Any:
        if template.is_cheap(scope):
            return template.render(scope)
        return await self._slow.run(tenant, lambda: template.render(scope))

    async def _render_patiently(
        self, tenant: str, work: PromptWork, variables: Mapping[str, Any]
    ) -> Any:
        pause = _FIRST_PAUSE_S
        while True:
            try:
                return await self._prompts.render(tenant, work.prompt, variables)
            except (Unavailable, DeadlineExceeded):
                await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - spreads retries
                pause = min(pause * 2, _MOST_PAUSE_S)

    async def _ask(
        self,
        run: LoadedRun,
        step: StepPlan,
        call: tuple[str, tuple[ChatMessage, ...], Mapping[str, Any]],
        key: str,
        on_delta: OnDelta,
    ) -> Answer:
        model, messages, parameters = call
        mode: Mode = "live" if run.mode == "live" else "test"
        provider = await self._models.find(TenantId(run.claim.tenant), mode, model)
        request = ModelRequest(model, messages, parameters, step.timeout_ms / 1000, key)
        async for item in call_model(provider, request):
            if isinstance(item, Delta):
                await on_delta(item.text)
                continue
            output = {
                "text": item.text,
                "json": json_of(item.text),
                "model": item.model,
                "finish_reason": item.finish_reason,
                "tool_calls": [
                    {"id": call.id, "name": call.name, "arguments": _arguments(call.arguments)}
                    for call in item.tool_calls
                ],
            }
            return Answer(
                output, orjson.dumps(output).decode(), item.usage, item.model, item.provider
            )
        raise AssertionError("a call ends with its completion, or raises")

    async def _prepare_http(self, run: LoadedRun, work: HttpWork, scope: Scope) -> Prepared:
        tenant = run.claim.tenant
        url = await self._render(tenant, work.url, scope)
        headers = await self._render(tenant, work.headers, scope)
        body = await self._render(tenant, work.body, scope) if work.body is not None else None
        if not isinstance(url, str):
            raise StepInputInvalid("url must be text")
        self._egress.check_url(url)
        sent = {key: _header(key, value) for key, value in headers.items()}
        content: bytes | None = None
        if work.body is not None:
            content = body.encode() if isinstance(body, str) else orjson.dumps(body)
            names = {key.lower() for key in sent}
            if "content-type" not in names:
                kind = "text/plain; charset=utf-8" if isinstance(body, str) else "application/json"
                sent["content-type"] = kind
        # Header values may be credentials: the log of a run shows their names only.
        said = {"method": work.method, "url": url, "headers": sorted(sent), "body": body}
        call = Request(work.method, url, sent, content)
        return Prepared(orjson.dumps(said).decode(), call)

    async def _request(self, call: Request, timeout_s: float) -> Answer:
        limits = Limits(total_s=timeout_s, idle_s=timeout_s, max_body_bytes=MOST_HTTP_BODY_BYTES)
        async with self._egress.call(call, limits) as answer:
            body = await answer.read()
            if answer.status >= 400:
                kind = HttpStatusPassing if answer.status in _PASSING_STATUS else HttpStatus
                raise kind(
                    f"the server answered {answer.status}",
                    retry_after_s=_seconds(answer.headers.get("retry-after", "")),
                    status=answer.status,
                )
        output = {"status": answer.status, "headers": answer.headers, "body": _body(body)}
        return Answer(output, orjson.dumps(output).decode())


def json_of(text: str) -> Any:
    """Return the JSON document that a model's answer is, bare or in a code fence; else None."""
    bare = text.strip()
    if bare.startswith("```") and bare.endswith("```"):
        bare = bare[3:-3].removeprefix("json").strip()
    if bare[:1] not in ("{", "["):
        return None
    try:
        return orjson.loads(bare)
    except orjson.JSONDecodeError:
        return None


def _arguments(text: str) -> Any:
    """Return a tool call's arguments as the JSON that they are, else as the model wrote them."""
    parsed = json_of(text)
    return text if parsed is None else parsed


def _header(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return orjson.dumps(value).decode()
    raise StepInputInvalid(f"header {name} must be text")


def _body(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body.decode(errors="replace")


def _seconds(text: str) -> float | None:
    return float(text) if text.isdigit() else None
