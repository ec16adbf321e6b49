"""Prompts as programs fetch them, kept at the gateway: the most frequent question of all.

An entry is the answer's bytes and is right until its prompt changes. Changes come as the prompts
service's own events, within milliseconds of their commit; a change that was made through this
gateway is forgotten before it is answered, so whoever made it reads it. Refusals are not kept.

The same prompt is answered in more than one form: our own, and that of a compatible door.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

import orjson
from fastapi import Depends
from starlette.requests import Request

from gateway.answers import etag_of_body
from gateway.clients import ask
from gateway.live.prompts import PromptChange, PromptChanges
from gateway.operations import PROMPTS
from gateway.pushed_cache import PushedCache
from gateway.translate import read
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.caller import current_caller
from services.kit.rpc.permissions import requirements_of

if TYPE_CHECKING:  # this name exists for the type checker only
    from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceAsyncStub

_MOST_BYTES: Final = 32 * 1024 * 1024
# What an entry weighs beside its bytes: key, marks, dictionaries.
_OVERHEAD_BYTES: Final = 1024
# A word that was lost, or comes late because the relay is behind, is made good by then.
_TTL_S: Final = 10.0
_Key = tuple[str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a fetch found: the prompt that it depends on, and the answer as `orjson` takes it."""

    prompt_id: str
    name: str
    document: object


@dataclass(frozen=True, slots=True)
class Form:
    """One form of the answer: the RPC that must be permitted, and how it is asked and written."""

    rpc: str
    fetch: Callable[["PromptsServiceAsyncStub", pb.PromptReference], Awaitable[Fetched]]


@dataclass(frozen=True, slots=True)
class ResolvedBody:
    """The answer to a fetch: JSON bytes, and the ETag of their content, quotes included."""

    body: bytes
    etag: str
    # The tenant's prompt, by id and by name.
    marks: tuple[str, str]


async def _resolve(prompts: "PromptsServiceAsyncStub", reference: pb.PromptReference) -> Fetched:
    request = pb.ResolvePromptsRequest(references=[reference])
    resolved = (await ask(prompts.ResolvePrompts, request)).prompts[0]
    return Fetched(resolved.prompt_id, resolved.name, read(resolved))


RESOLVED: Final = Form("ResolvePrompts", _resolve)


class ResolvedPrompts:
    """Fetches prompts for the current caller, from memory where they have not changed."""

    def __init__(self, prompts: "PromptsServiceAsyncStub", changes: PromptChanges) -> None:
        self._prompts = prompts
        self._requirements = requirements_of(PROMPTS.full_name)
        self._cache = PushedCache[_Key, ResolvedBody](
            lambda: changes.is_heard,
            lambda resolved: resolved.marks,
            ttl_s=_TTL_S,
            ttl_unpushed_s=0,
            weigh=lambda resolved: len(resolved.body) + _OVERHEAD_BYTES,
            most=_MOST_BYTES,
        )
        changes.before_readers(self._on_change, self._cache.clear)

    async def get(self, reference: pb.PromptReference, form: Form = RESOLVED) -> ResolvedBody:
        """Return what a reference stands for. Raises PermissionDenied and what prompts answers."""
        caller = current_caller()
        # The service asks the same of whom it answers; an entry may have been another caller's.
        self._requirements[form.rpc].check(caller)
        tenant = str(caller.tenant)
        key = (form.rpc, tenant, reference.prompt, reference.label, reference.version)
        return await self._cache.get(key, self._asker(tenant, reference, form))

    def forget(self, prompt: str) -> None:
        """Forget a prompt of the current caller's tenant, by id or name: it was changed here."""
        self._cache.forget(_mark(str(current_caller().tenant), prompt))

    def _asker(
        self, tenant: str, reference: pb.PromptReference, form: Form
    ) -> Callable[[], Awaitable[ResolvedBody]]:
        async def ask_for_it() -> ResolvedBody:
            fetched = await form.fetch(self._prompts, reference)
            body = orjson.dumps(fetched.document)
            marks = (_mark(tenant, fetched.prompt_id), _mark(tenant, fetched.name))
            return ResolvedBody(body, etag_of_body(body), marks)

        return ask_for_it

    def _on_change(self, change: PromptChange) -> None:
        self._cache.forget(_mark(change.tenant, change.body["prompt_id"]))


def _mark(tenant: str, prompt: str) -> str:
    return f"{tenant} {prompt}"


async def resolved_of(request: Request) -> ResolvedPrompts:
    """Return the prompts that the application keeps.

    A coroutine, though it waits for nothing: FastAPI runs plain functions in a thread.
    """
    resolved: ResolvedPrompts = request.scope["app"].state.resolved
    return resolved


Resolved = Annotated[ResolvedPrompts, Depends(resolved_of)]
