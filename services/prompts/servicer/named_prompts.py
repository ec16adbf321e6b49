"""The RPCs of programs that keep prompts by name: compatible doors."""

from datetime import UTC, datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.prompts.v1 import prompts_pb2 as pb
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceServicer
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once
from services.kit.rpc.permissions import requirements_of
from services.kit.work import UnitOfWork
from services.prompts.commands.save_prompt_version import PushedVersion, save_prompt_version
from services.prompts.commands.set_prompt_labels import set_prompt_labels
from services.prompts.queries import named_prompts as queries
from services.prompts.repository.prompt_index import IndexEntry, IndexFilter
from services.prompts.rules.content import PromptType
from services.prompts.rules.documents import canonical
from services.prompts.servicer import answers, inputs

# What a caller must hold who saves a version and labels it at once.
_LABELLING: Final = requirements_of(pb.DESCRIPTOR.services_by_name["PromptsService"].full_name)[
    "SetPromptLabels"
]


class NamedPromptRpcs(PromptsServiceServicer):
    """Prompts of the caller's tenant, by name."""

    _work: UnitOfWork

    async def GetReferencedVersion(
        self, request: pb.GetReferencedVersionRequest, _: object
    ) -> pb.GetReferencedVersionResponse:
        """Return the version that a reference stands for, and its prompt."""
        prompt, version = await queries.get_referenced_version(
            self._work, current_tenant(), reference=inputs.reference(request.reference)
        )
        return pb.GetReferencedVersionResponse(
            prompt=answers.prompt(prompt), version=answers.version(version)
        )

    async def GetPromptIndex(
        self, request: pb.GetPromptIndexRequest, _: object
    ) -> pb.GetPromptIndexResponse:
        """Return one page of the index, and how many prompts all pages have."""
        entries, total = await queries.get_prompt_index(
            self._work,
            current_tenant(),
            only=IndexFilter(
                request.name,
                request.label,
                request.tag,
                _time(request.from_time) if request.HasField("from_time") else None,
                _time(request.to_time) if request.HasField("to_time") else None,
            ),
            size=request.page_size,
            page_number=request.page_number,
        )
        return pb.GetPromptIndexResponse(entries=map(_entry, entries), total=total)

    async def SavePromptVersion(
        self, request: pb.SavePromptVersionRequest, _: object
    ) -> pb.SavePromptVersionResponse:
        """Add a version to the prompt of a name, and label it; once for each request_id."""
        tenant, caller = current_tenant(), current_caller()
        if request.labels:
            _LABELLING.check(caller)
        async with once(
            self._work, tenant, request, pb.SavePromptVersionResponse, method="SavePromptVersion"
        ) as call:
            if call.answer is None:
                prompt, version = await save_prompt_version(
                    call.work,
                    tenant,
                    caller,
                    PushedVersion(
                        name=request.name,
                        draft=inputs.content_draft(request.content),
                        note=request.note,
                        labels=request.labels,
                        tags=request.tags if request.is_tags_set else None,
                    ),
                )
                call.answer = pb.SavePromptVersionResponse(
                    prompt=answers.prompt(prompt), version=answers.version(version)
                )
        return call.answer

    async def SetPromptLabels(
        self, request: pb.SetPromptLabelsRequest, _: object
    ) -> pb.SetPromptLabelsResponse:
        """Point several labels at a version, all or none."""
        prompt, version = await set_prompt_labels(
            self._work,
            current_tenant(),
            current_caller(),
            reference=request.prompt_id,
            version=request.version,
            labels=request.labels,
            reason=request.reason,
        )
        return pb.SetPromptLabelsResponse(
            prompt=answers.prompt(prompt), version=answers.version(version)
        )


def _entry(entry: IndexEntry) -> pb.PromptIndexEntry:
    return pb.PromptIndexEntry(
        name=entry.name,
        type=answers.TYPES[PromptType(entry.type)],
        tags=entry.tags,
        versions=entry.versions,
        labels=entry.labels,
        update_time=answers.timestamp(entry.update_time),
        model=entry.model,
        parameters_json=canonical(entry.parameters).decode() if entry.parameters else "",
    )


def _time(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)
