"""The RPCs that find prompts: by words, by nearness, by folder."""

from datetime import UTC, datetime
from typing import Final

from promptpilot.prompts.v1 import prompts_pb2 as pb
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceServicer
from services.kit.caller import current_tenant
from services.kit.errors import InvalidArgument
from services.kit.work import UnitOfWork
from services.prompts.commands.index_prompts import SearchIndex
from services.prompts.queries.folders import list_prompt_folders
from services.prompts.queries.search import Result, find_similar_prompts, search_prompts
from services.prompts.repository.folders import Folder
from services.prompts.repository.search import SearchFilter, Similar
from services.prompts.rules.search.highlights import Match, MatchField
from services.prompts.servicer import answers, inputs

_FIELDS: Final = {
    MatchField.NAME: pb.PROMPT_MATCH_FIELD_NAME,
    MatchField.DESCRIPTION: pb.PROMPT_MATCH_FIELD_DESCRIPTION,
    MatchField.TAG: pb.PROMPT_MATCH_FIELD_TAG,
    MatchField.TEXT: pb.PROMPT_MATCH_FIELD_TEXT,
    MatchField.NOTE: pb.PROMPT_MATCH_FIELD_NOTE,
}


class SearchRpcs(PromptsServiceServicer):
    """Finds prompts of the caller's tenant."""

    _work: UnitOfWork
    _index: SearchIndex

    async def SearchPrompts(
        self, request: pb.SearchPromptsRequest, _: object
    ) -> pb.SearchPromptsResponse:
        """Return a page of prompts, best first."""
        page = await search_prompts(
            self._work,
            current_tenant(),
            self._index,
            text=request.query,
            only=_filter(request),
            size=request.page_size,
            token=request.page_token,
        )
        return pb.SearchPromptsResponse(
            results=map(_result, page.results),
            next_page_token=page.next_token,
            is_catching_up=page.is_catching_up,
        )

    async def FindSimilarPrompts(
        self, request: pb.FindSimilarPromptsRequest, _: object
    ) -> pb.FindSimilarPromptsResponse:
        """Return the prompts nearest to one."""
        found = await find_similar_prompts(
            self._work,
            current_tenant(),
            self._index,
            reference=request.prompt_id,
            size=request.page_size,
        )
        return pb.FindSimilarPromptsResponse(
            prompts=map(_similar, found), embedder=self._index.embedder.name
        )

    async def ListPromptFolders(
        self, request: pb.ListPromptFoldersRequest, _: object
    ) -> pb.ListPromptFoldersResponse:
        """Return a page of the folders right below one."""
        page, token = await list_prompt_folders(
            self._work,
            current_tenant(),
            parent=request.parent,
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListPromptFoldersResponse(folders=map(_folder, page), next_page_token=token)


def _filter(request: pb.SearchPromptsRequest) -> SearchFilter:
    if request.type and request.type not in inputs.TYPES:
        raise InvalidArgument.of_field("type", "must be text or chat")
    return SearchFilter(
        folder=request.folder.strip("/"),
        tag=request.tag,
        type=inputs.TYPES[request.type] if request.type else "",
        label=request.label,
        model=request.model,
        author=request.author,
        updated_since=_since(request),
        is_archived=request.is_archived,
    )


def _since(request: pb.SearchPromptsRequest) -> datetime | None:
    if not request.HasField("updated_since"):
        return None
    try:
        return request.updated_since.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidArgument.of_field("updated_since", "must be in the years 1 to 9999") from error


def _result(found: Result) -> pb.FoundPrompt:
    return pb.FoundPrompt(prompt=answers.prompt(found.prompt), matches=map(_match, found.matches))


def _match(match: Match) -> pb.PromptMatch:
    parts = [pb.SnippetPart(text=part.text, is_match=part.is_match) for part in match.parts]
    return pb.PromptMatch(field=_FIELDS[match.field], version=match.version, parts=parts)


def _similar(found: Similar) -> pb.SimilarPrompt:
    return pb.SimilarPrompt(prompt=answers.prompt(found.prompt), similarity=found.similarity)


def _folder(folder: Folder) -> pb.PromptFolder:
    return pb.PromptFolder(
        path=folder.path, prompt_count=folder.prompt_count, folder_count=folder.folder_count
    )
