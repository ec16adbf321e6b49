"""Finding prompts: by words and filters, by nearness, by folder."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import answer, page
from gateway.clients import Rpc, ask
from gateway.door import router
from gateway.operations import PROMPTS, operation
from gateway.routes.prompts import search_models as models
from gateway.routes.prompts.prompts import PromptId
from gateway.translate import fill, read_all
from promptpilot.prompts.v1 import prompts_pb2 as pb

search = router("prompts")


@search.get(
    "/prompts:search",
    **operation(PROMPTS, "SearchPrompts", response_model=models.FoundPromptPage),
)
async def search_prompts(params: Annotated[models.SearchPrompts, Query()], rpc: Rpc) -> Response:
    """Find prompts by words and filters, best first.

    Looked through are name, tags, description, and the texts and notes of the newest version and
    of those that labels point at. A word in the name counts more than any number of them in
    description and tags, those more than in the newest text, and that more than in notes and older
    texts. Without words: all that pass the filters, last changed first.
    """
    found = await ask(rpc.prompts.SearchPrompts, fill(pb.SearchPromptsRequest, params))
    document = {
        "items": read_all(found.results),
        "next_page_token": found.next_page_token,
        "is_catching_up": found.is_catching_up,
    }
    return answer(document)


@search.get(
    "/prompts/{prompt_id:segment}/similar",
    **operation(
        PROMPTS, "FindSimilarPrompts", errors=(404, 409), response_model=models.SimilarPrompts
    ),
)
async def find_similar_prompts(
    prompt_id: PromptId, params: Annotated[models.FindSimilarPrompts, Query()], rpc: Rpc
) -> Response:
    """List the prompts in use that are nearest to one, nearest first.

    Compared are vectors of name, description, tags and newest version. `embedder` says what made
    them: `local-hashing` compares wording, not meaning. 409 `SIMILAR_NEEDS_PGVECTOR` where the
    platform's database has no pgvector.
    """
    request = fill(pb.FindSimilarPromptsRequest, params, prompt_id=prompt_id)
    listed = await ask(rpc.prompts.FindSimilarPrompts, request)
    return answer({"items": read_all(listed.prompts), "embedder": listed.embedder})


@search.get(
    "/prompt-folders",
    **operation(PROMPTS, "ListPromptFolders", response_model=models.PromptFolderPage),
)
async def list_prompt_folders(
    params: Annotated[models.ListPromptFolders, Query()], rpc: Rpc
) -> Response:
    """List the folders right below one, by path, with what they hold.

    A folder is what names of prompts in use have before a slash: it is there as long as they are.
    """
    listed = await ask(rpc.prompts.ListPromptFolders, fill(pb.ListPromptFoldersRequest, params))
    return page(listed.folders, listed.next_page_token)
