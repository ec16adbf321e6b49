"""Outbound calls: which prompts exist, asked of the service that owns them."""

import asyncio
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import NotFound
from services.pipelines.rules.prompt_uses import (
    MissingPrompt,
    PromptReference,
    PromptVariable,
    Resolved,
)

if TYPE_CHECKING:
    # Exists for the type checker only: the stub of an aio channel.
    from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceAsyncStub

# As many as one ResolvePrompts takes.
_MOST_PER_CALL: Final = 100
_MOST_CALLS_AT_ONCE: Final = 8

_TYPES: Final = {
    pb.VARIABLE_TYPE_UNSPECIFIED: "string",
    pb.VARIABLE_TYPE_STRING: "string",
    pb.VARIABLE_TYPE_NUMBER: "number",
    pb.VARIABLE_TYPE_INTEGER: "integer",
    pb.VARIABLE_TYPE_BOOLEAN: "boolean",
    pb.VARIABLE_TYPE_LIST: "list",
    pb.VARIABLE_TYPE_OBJECT: "object",
}


class RemotePrompts:
    """The prompts of the caller's tenant, over gRPC."""

    def __init__(self, stub: "PromptsServiceAsyncStub", *, timeout_s: float) -> None:
        self._stub = stub
        self._timeout_s = timeout_s
        self._gate = asyncio.Semaphore(_MOST_CALLS_AT_ONCE)

    async def resolve(self, references: Sequence[PromptReference]) -> Resolved:
        """Say what each reference stands for. Raises Unavailable, DeadlineExceeded."""
        parts = [
            references[at : at + _MOST_PER_CALL] for at in range(0, len(references), _MOST_PER_CALL)
        ]
        found: dict[PromptReference, tuple[PromptVariable, ...] | MissingPrompt] = {}
        for answer in await asyncio.gather(*map(self._resolve_part, parts)):
            found.update(answer)
        return found

    async def _resolve_part(self, references: Sequence[PromptReference]) -> Resolved:
        try:
            return await self._ask(references)
        except NotFound as error:
            if len(references) == 1:
                return {references[0]: MissingPrompt(error.reason, error.message)}
        # The answer names the first that is missing; to name all of them each is asked for alone.
        found: dict[PromptReference, tuple[PromptVariable, ...] | MissingPrompt] = {}
        alone = (self._resolve_part([reference]) for reference in references)
        for answer in await asyncio.gather(*alone):
            found.update(answer)
        return found

    async def _ask(self, references: Sequence[PromptReference]) -> Resolved:
        request = pb.ResolvePromptsRequest(
            references=[
                pb.PromptReference(prompt=one.name, label=one.label, version=one.version)
                for one in references
            ]
        )
        async with self._gate:
            answer = await self._stub.ResolvePrompts(request, timeout=self._timeout_s)
        return {
            reference: _variables(prompt.version)
            for reference, prompt in zip(references, answer.prompts, strict=True)
        }


def _variables(version: pb.PromptVersion) -> tuple[PromptVariable, ...]:
    declared = [
        PromptVariable(
            variable.name,
            _TYPES.get(variable.type, "string"),
            is_required=not variable.default_json,
            choices=tuple(map(json.loads, variable.enum_json)),
        )
        for variable in version.content.variables
    ]
    undeclared = [
        PromptVariable(name, "string", is_required=True) for name in version.undeclared_variables
    ]
    return (*declared, *undeclared)
