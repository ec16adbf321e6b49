"""Branches of a prompt, and merging them."""

from typing import Annotated

from fastapi import Path, Query, Response

from gateway.answers import page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, router
from gateway.operations import PROMPTS, operation
from gateway.resolved import Resolved
from gateway.routes.prompts import branch_models as models
from gateway.routes.prompts.prompts import PromptId
from gateway.translate import fill
from promptpilot.prompts.v1 import prompts_pb2 as pb

branches = router("prompts")
BranchPath = Annotated[
    str,
    Path(
        pattern=models.BRANCH,
        description="Branch, with slashes as `%2F`; every prompt has `main`.",
        examples=["main"],
    ),
]


@branches.post(
    "/prompts/{prompt_id:segment}/branches",
    **operation(
        PROMPTS,
        "CreatePromptBranch",
        errors=(404, 409),
        body=True,
        status_code=201,
        response_model=models.PromptBranch,
    ),
)
async def create_prompt_branch(
    prompt_id: PromptId,
    body: models.CreatePromptBranch,
    rpc: Rpc,
    request_id: IdempotencyKey = "",
) -> Response:
    """Begin a branch at a version. Its name is never used again in this prompt.

    404 `PROMPT_VERSION_NOT_FOUND`; 409 `BRANCH_NAME_TAKEN`, `PROMPT_ARCHIVED`.
    """
    request = fill(pb.CreatePromptBranchRequest, body, prompt_id=prompt_id, request_id=request_id)
    return resource((await ask(rpc.prompts.CreatePromptBranch, request)).branch, 201)


@branches.get(
    "/prompts/{prompt_id:segment}/branches",
    **operation(
        PROMPTS, "ListPromptBranches", errors=(404,), response_model=models.PromptBranchPage
    ),
)
async def list_prompt_branches(
    prompt_id: PromptId, params: Annotated[models.ListPromptBranches, Query()], rpc: Rpc
) -> Response:
    """List branches: `main`, then the others, newest first."""
    listed = await ask(
        rpc.prompts.ListPromptBranches,
        fill(pb.ListPromptBranchesRequest, params, prompt_id=prompt_id),
    )
    return page(listed.branches, listed.next_page_token)


@branches.get(
    "/prompts/{prompt_id:segment}/branches/{branch:segment}",
    **operation(PROMPTS, "GetPromptBranch", errors=(404,), response_model=models.PromptBranch),
)
async def get_prompt_branch(prompt_id: PromptId, branch: BranchPath, rpc: Rpc) -> Response:
    """Get one branch with its head. 404 `BRANCH_NOT_FOUND`."""
    request = pb.GetPromptBranchRequest(prompt_id=prompt_id, branch=branch)
    return resource((await ask(rpc.prompts.GetPromptBranch, request)).branch)


@branches.post(
    "/prompts/{prompt_id:segment}/branches/{branch:segment}:close",
    **operation(PROMPTS, "ClosePromptBranch", errors=(404,), response_model=models.PromptBranch),
)
async def close_prompt_branch(prompt_id: PromptId, branch: BranchPath, rpc: Rpc) -> Response:
    """End a branch without a merge; its versions stay. Of one that has ended nothing changes.

    `main` cannot be closed: 422 `BRANCH_RESERVED`.
    """
    request = pb.ClosePromptBranchRequest(prompt_id=prompt_id, branch=branch)
    return resource((await ask(rpc.prompts.ClosePromptBranch, request)).branch)


@branches.post(
    "/prompts/{prompt_id:segment}/branches/{branch:segment}:preview-merge",
    **operation(
        PROMPTS,
        "PreviewPromptMerge",
        errors=(404, 409),
        body=True,
        response_model=models.MergePreview,
    ),
)
async def preview_prompt_merge(
    prompt_id: PromptId, branch: BranchPath, body: models.PreviewPromptMerge, rpc: Rpc
) -> Response:
    """Show what a merge into this branch would give, and each conflict; nothing is written.

    409 `BRANCH_MOVED`: `metadata.head_version` is the branch's present head.
    """
    request = fill(pb.PreviewPromptMergeRequest, body, prompt_id=prompt_id, target=branch)
    return resource(await ask(rpc.prompts.PreviewPromptMerge, request))


@branches.post(
    "/prompts/{prompt_id:segment}/branches/{branch:segment}:merge",
    **operation(
        PROMPTS,
        "MergePromptBranch",
        errors=(404, 409),
        body=True,
        response_model=models.MergedBranch,
    ),
)
async def merge_prompt_branch(
    prompt_id: PromptId,
    branch: BranchPath,
    body: models.MergePromptBranch,
    *,
    rpc: Rpc,
    resolved: Resolved,
    request_id: IdempotencyKey = "",
) -> Response:
    """Merge into this branch: a version with two parents, none where it descends from the source.

    409 `MERGE_CONFLICTED`: preview the merge and settle each conflict; `BRANCH_MOVED`,
    `BRANCH_NOT_OPEN`, `PROMPT_ARCHIVED`. 422 `PROMPT_INVALID`: the result could not be saved.
    """
    request = fill(
        pb.MergePromptBranchRequest,
        body,
        prompt_id=prompt_id,
        target=branch,
        request_id=request_id,
    )
    merged = await ask(rpc.prompts.MergePromptBranch, request)
    resolved.forget(merged.version.prompt_id or prompt_id)
    return resource(merged)
