"""Changes of prompts, told as they happen."""

from typing import Annotated

from fastapi import Depends, Query, Response
from starlette.requests import Request

from gateway.door import router
from gateway.live.prompts import PromptChanges, follow_changes
from gateway.live.streams import LiveStreams
from gateway.operations import PROMPTS, operation
from gateway.routes.prompts import models
from services.kit.caller import current_caller
from services.kit.rpc.permissions import requirements_of

live = router("prompts")
_REQUIREMENT = requirements_of(PROMPTS.full_name)["ResolvePrompts"]


async def _changes_of(request: Request) -> PromptChanges:
    changes: PromptChanges = request.scope["app"].state.prompt_changes
    return changes


Changes = Annotated[PromptChanges, Depends(_changes_of)]


@live.get(
    "/prompts/live",
    **operation(
        PROMPTS, "ResolvePrompts", name="watchPrompts", streams=True, response_class=Response
    ),
)
async def watch_prompts(
    params: Annotated[models.WatchPrompts, Query()], changes: Changes, streams: LiveStreams
) -> Response:
    """Hear of every change of the tenant's prompts within a second, so that a cache is never stale.

    Server-sent events. `ready` comes first: what you fetched before may have changed, so fetch it
    again with its ETag (304 when it has not). Then an event for each change, named
    `prompt.created`, `prompt.updated`, `prompt.archived`, `prompt.unarchived`,
    `prompt_version.created`, `prompt_label.set`, `prompt_label.deleted`, `prompt_branch.created`,
    `prompt_branch.closed` or `prompt_branch.merged`, whose data has `prompt_id` and, where it fits,
    `label`, `version`, `previous_version`, `branch`, and `sequence` of the label's history, where
    who and why stand. `missed` says that
    changes were lost, or that you read too slowly: fetch everything again. `reconnect` asks to
    connect again; it comes every ten minutes too, so that access is checked anew. A comment every
    15 s keeps the line open. 503 `BUS_UNAVAILABLE`: changes cannot be told now; poll meanwhile.
    """
    _REQUIREMENT.check(current_caller())
    return follow_changes(changes, params.wanted(), streams)
