"""The RPCs of branches and merges."""

import asyncio

from promptpilot.prompts.v1 import prompts_pb2 as pb
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceServicer
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once
from services.kit.work import UnitOfWork
from services.prompts.commands.close_prompt_branch import close_prompt_branch
from services.prompts.commands.create_prompt_branch import create_prompt_branch
from services.prompts.commands.merge_prompt_branch import merge_prompt_branch
from services.prompts.queries import branches as queries
from services.prompts.queries.merges import preview_prompt_merge
from services.prompts.servicer import answers, merges


class BranchRpcs(PromptsServiceServicer):
    """Branches of the prompts of the caller's tenant."""

    _work: UnitOfWork
    _merging: asyncio.Semaphore

    async def CreatePromptBranch(
        self, request: pb.CreatePromptBranchRequest, _: object
    ) -> pb.CreatePromptBranchResponse:
        """Begin a branch; once for each request_id."""
        tenant = current_tenant()
        async with once(
            self._work, tenant, request, pb.CreatePromptBranchResponse, method="CreatePromptBranch"
        ) as call:
            if call.answer is None:
                branch = await create_prompt_branch(
                    call.work,
                    tenant,
                    current_caller().actor,
                    reference=request.prompt_id,
                    name=request.name,
                    base_version=request.base_version,
                )
                call.answer = pb.CreatePromptBranchResponse(branch=merges.branch(branch))
        return call.answer

    async def GetPromptBranch(
        self, request: pb.GetPromptBranchRequest, _: object
    ) -> pb.GetPromptBranchResponse:
        """Return one branch with its head."""
        found = await queries.get_prompt_branch(
            self._work, current_tenant(), reference=request.prompt_id, branch=request.branch
        )
        return pb.GetPromptBranchResponse(branch=merges.branch(found))

    async def ListPromptBranches(
        self, request: pb.ListPromptBranchesRequest, _: object
    ) -> pb.ListPromptBranchesResponse:
        """Return a page of branches, `main` before all others."""
        page, token = await queries.list_prompt_branches(
            self._work,
            current_tenant(),
            reference=request.prompt_id,
            state=merges.STATES.get(request.state),
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListPromptBranchesResponse(
            branches=map(merges.branch, page), next_page_token=token
        )

    async def ClosePromptBranch(
        self, request: pb.ClosePromptBranchRequest, _: object
    ) -> pb.ClosePromptBranchResponse:
        """End a branch without a merge."""
        closed = await close_prompt_branch(
            self._work, current_tenant(), reference=request.prompt_id, branch=request.branch
        )
        return pb.ClosePromptBranchResponse(branch=merges.branch(closed))

    async def PreviewPromptMerge(
        self, request: pb.PreviewPromptMergeRequest, _: object
    ) -> pb.PreviewPromptMergeResponse:
        """Show what a merge would give; nothing is written."""
        async with self._merging:
            outcome = await preview_prompt_merge(
                self._work,
                current_tenant(),
                reference=request.prompt_id,
                target=request.target,
                source=merges.source(request.source),
                resolutions=merges.resolutions(request.resolutions),
                target_version=request.target_version,
            )
        return merges.preview(outcome)

    async def MergePromptBranch(
        self, request: pb.MergePromptBranchRequest, _: object
    ) -> pb.MergePromptBranchResponse:
        """Merge a branch or version into a branch; once for each request_id."""
        tenant = current_tenant()
        # Waits before it takes a connection, not with one in hand.
        async with (
            self._merging,
            once(
                self._work,
                tenant,
                request,
                pb.MergePromptBranchResponse,
                method="MergePromptBranch",
            ) as call,
        ):
            if call.answer is None:
                version = await merge_prompt_branch(
                    call.work,
                    tenant,
                    current_caller().actor,
                    reference=request.prompt_id,
                    target=request.target,
                    source=merges.source(request.source),
                    resolutions=merges.resolutions(request.resolutions),
                    target_version=request.target_version,
                    note=request.note,
                    is_source_kept=request.is_source_kept,
                )
                call.answer = pb.MergePromptBranchResponse(
                    version=answers.version(version) if version else None
                )
        return call.answer
