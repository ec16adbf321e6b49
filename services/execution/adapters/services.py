"""The other services that execution asks: pipelines and prompts, over gRPC, for a tenant.

Execution asks in its own name: who may start a run need not be allowed to read prompts.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import orjson

from promptpilot.pipelines.v1 import pipelines_pb2 as pipelines_pb
from promptpilot.prompts.v1 import prompts_pb2 as prompts_pb
from services.execution.errors import PromptMissing
from services.execution.rules.answers import RenderedPrompt, ResolvedPipeline
from services.execution.rules.model_calls import ChatMessage
from services.execution.rules.plan import PinnedPrompt
from services.kit.caller import Caller, acting_as
from services.kit.errors import NotFound
from services.kit.ids import TenantId

if TYPE_CHECKING:  # the stubs of an aio channel exist for the type checker only
    from promptpilot.pipelines.v1.pipelines_pb2_grpc import PipelinesServiceAsyncStub
    from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceAsyncStub

_TIMEOUT_S: Final = 5.0
# As many references as one ResolvePrompts takes.
_MOST_REFERENCES: Final = 100


def _own(tenant: str) -> Caller:
    return Caller.service("execution", TenantId(tenant))


class RemotePipelines:
    """The pipelines service."""

    def __init__(self, stub: "PipelinesServiceAsyncStub") -> None:
        self._stub = stub

    async def resolve(
        self, tenant: str, pipeline: str, *, label: str, version: int
    ) -> ResolvedPipeline:
        """Find the version that a run is to use."""
        request = pipelines_pb.ResolvePipelineRequest(
            pipeline=pipeline, label=label, version=version
        )
        with acting_as(_own(tenant)):
            answer = await self._stub.ResolvePipeline(request, timeout=_TIMEOUT_S)
        return ResolvedPipeline(
            answer.pipeline.id,
            answer.pipeline.name,
            answer.version.number,
            answer.version.definition_json,
        )


class RemotePrompts:
    """The prompts service."""

    def __init__(self, stub: "PromptsServiceAsyncStub") -> None:
        self._stub = stub

    async def pin(
        self, tenant: str, references: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, PinnedPrompt]:
        """Find the versions that references stand for, by step id; raise PromptMissing."""
        pinned: dict[str, PinnedPrompt] = {}
        step_ids = list(references)
        for start in range(0, len(step_ids), _MOST_REFERENCES):
            part = step_ids[start : start + _MOST_REFERENCES]
            request = prompts_pb.ResolvePromptsRequest(
                references=[_reference(references[step_id]) for step_id in part]
            )
            try:
                with acting_as(_own(tenant)):
                    answer = await self._stub.ResolvePrompts(request, timeout=_TIMEOUT_S)
            except NotFound as error:
                index = int(error.metadata.get("index", 0))
                raise PromptMissing(
                    f"step {part[index]}: {error.message}", step_id=part[index]
                ) from None
            for step_id, found in zip(part, answer.prompts, strict=True):
                pinned[step_id] = PinnedPrompt(found.prompt_id, found.version.number)
        return pinned

    async def render(
        self, tenant: str, prompt: PinnedPrompt, variables: Mapping[str, Any]
    ) -> RenderedPrompt:
        """Fill a version with variables; raise InvalidArgument VARIABLES_INVALID."""
        request = prompts_pb.RenderPromptRequest(
            reference=prompts_pb.PromptReference(prompt=prompt.prompt_id, version=prompt.version),
            variables_json=orjson.dumps(variables).decode(),
        )
        with acting_as(_own(tenant)):
            answer = await self._stub.RenderPrompt(request, timeout=_TIMEOUT_S)
        return RenderedPrompt(
            tuple(ChatMessage(each.role, each.content) for each in answer.messages),
            answer.model,
            orjson.loads(answer.parameters_json or "{}"),
        )


def _reference(named: Mapping[str, Any]) -> prompts_pb.PromptReference:
    return prompts_pb.PromptReference(
        prompt=named.get("id") or named["name"],
        label=named.get("label", ""),
        version=named.get("version", 0),
    )
