"""How tests search: names of what is found, and where its words stand."""

from typing import Any

from promptpilot.prompts.v1 import prompts_pb2 as pb
from tests.integration.prompts.conftest import Tenant


async def search(tenant: Tenant, query: str = "", **filters: Any) -> list[pb.FoundPrompt]:
    """Return the first page of what is found."""
    request = pb.SearchPromptsRequest(query=query, **filters)
    return list((await tenant.call("SearchPrompts", request)).results)


async def names(tenant: Tenant, query: str = "", **filters: Any) -> list[str]:
    """Return the names of the first page of what is found, best first."""
    return [found.prompt.name for found in await search(tenant, query, **filters)]


async def update(tenant: Tenant, prompt: pb.Prompt, **changes: Any) -> None:
    """Change a prompt itself; tags replace the ones that it has."""
    request = pb.UpdatePromptRequest(prompt_id=prompt.id, is_tags_set="tags" in changes, **changes)
    await tenant.call("UpdatePrompt", request)


async def archive(tenant: Tenant, prompt: pb.Prompt) -> None:
    """Archive a prompt."""
    await tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id))


def marked(found: pb.FoundPrompt) -> list[tuple[str, int, str]]:
    """Return field, version and text of each match, found words in brackets."""
    return [
        (
            pb.PromptMatchField.Name(match.field).removeprefix("PROMPT_MATCH_FIELD_").lower(),
            match.version,
            "".join(f"[{part.text}]" if part.is_match else part.text for part in match.parts),
        )
        for match in found.matches
    ]
