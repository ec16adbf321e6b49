"""What tests of branches do again and again."""

from typing import Any

from promptpilot.prompts.v1 import prompts_pb2 as pb
from tests.integration.prompts.conftest import Tenant, text_content

BASE = "One\nTwo\nThree\nFour\nFive"


async def new_branch(
    tenant: Tenant, prompt: pb.Prompt, name: str = "shorter", base_version: int = 0
) -> pb.PromptBranch:
    """Begin a branch."""
    request = pb.CreatePromptBranchRequest(
        prompt_id=prompt.id, name=name, base_version=base_version
    )
    made: pb.PromptBranch = (await tenant.call("CreatePromptBranch", request)).branch
    return made


async def get_branch(tenant: Tenant, prompt: pb.Prompt, name: str) -> pb.PromptBranch:
    """Read a branch."""
    request = pb.GetPromptBranchRequest(prompt_id=prompt.id, branch=name)
    found: pb.PromptBranch = (await tenant.call("GetPromptBranch", request)).branch
    return found


async def commit(
    tenant: Tenant, prompt: pb.Prompt, text: str, branch: str = "", base_version: int = 0
) -> pb.PromptVersion:
    """Add a version to a branch."""
    request = pb.CreatePromptVersionRequest(
        prompt_id=prompt.id,
        content=text_content(text),
        branch=branch,
        base_version=base_version,
    )
    version: pb.PromptVersion = (await tenant.call("CreatePromptVersion", request)).version
    return version


async def merge(tenant: Tenant, prompt: pb.Prompt, **fields: Any) -> pb.PromptVersion | None:
    """Merge; None: nothing was to do."""
    request = pb.MergePromptBranchRequest(prompt_id=prompt.id, **fields)
    answer = await tenant.call("MergePromptBranch", request)
    return answer.version if answer.HasField("version") else None


async def preview(
    tenant: Tenant, prompt: pb.Prompt, **fields: Any
) -> pb.PreviewPromptMergeResponse:
    """Preview a merge."""
    request = pb.PreviewPromptMergeRequest(prompt_id=prompt.id, **fields)
    answer: pb.PreviewPromptMergeResponse = await tenant.call("PreviewPromptMerge", request)
    return answer


async def diverged(tenant: Tenant, ours: str, theirs: str) -> pb.Prompt:
    """Make a prompt whose version 2 changed `main` and whose version 3 changed `shorter`."""
    prompt = await tenant.new_prompt(BASE)
    await new_branch(tenant, prompt)
    await commit(tenant, prompt, ours)
    await commit(tenant, prompt, theirs, "shorter")
    return prompt
