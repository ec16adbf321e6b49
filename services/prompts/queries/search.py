"""Searching prompts, and finding those that are near another one."""

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId, is_id
from services.kit.paging import cut_page, decode_token, encode_token, page_size
from services.kit.work import Tx, Work
from services.prompts.errors import PromptInvalid, SimilarNeedsPgvector
from services.prompts.models import Prompt
from services.prompts.repository.prompts import Prompts
from services.prompts.repository.search import Found, Search, SearchFilter, SearchKey, Similar
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import MOST_MODEL_CHARACTERS
from services.prompts.rules.search.documents import PromptTexts
from services.prompts.rules.search.highlights import Match, matches
from services.prompts.rules.search.queries import SearchQuery, search_query
from services.prompts.rules.violations import Violations

MOST_FOUND: Final = 50
MOST_SIMILAR: Final = 20
_FOUND: Final = 20
_SIMILAR: Final = 5
_MOST_ACTOR_CHARACTERS: Final = 64

# Texts of a page that snippets are taken from: results further down show none then. It takes some
# 0.1 s to go through all of it.
_MOST_SNIPPET_BYTES: Final = 1_000_000


class Index(Protocol):
    """What is asked; brought up to what prompts are before."""

    async def catch_up(self, tx: Tx) -> bool:
        """Index what changed; tell whether that was all."""
        ...


@dataclass(frozen=True, slots=True)
class Result:
    """A prompt that was found, and where in it."""

    prompt: Prompt
    matches: Sequence[Match]


@dataclass(frozen=True, slots=True)
class ResultPage:
    """A page of what was found, best first; `next_token` is "" at the end.

    `is_catching_up`: so much changed that some of it is not indexed yet.
    """

    results: Sequence[Result]
    next_token: str = ""
    is_catching_up: bool = False


async def search_prompts(
    work: Work,
    tenant: TenantId,
    index: Index,
    *,
    text: str,
    only: SearchFilter,
    size: int,
    token: str,
) -> ResultPage:
    """Return a page of what was found, once what changed is indexed.

    An empty text finds everything, last changed first; one without a word finds nothing. Raises
    PromptInvalid for a text or filter that is too long.
    """
    violations = Violations()
    query = search_query(text, "query", violations)
    _check_filter(only, violations)
    violations.raise_as(PromptInvalid)
    limit, after = page_size(size, _FOUND, MOST_FOUND), _key(token)
    if query.is_void:
        return ResultPage([])
    async with work.begin(tenant) as tx:
        asks_index = bool(query.terms or only.model)
        is_complete = not asks_index or await index.catch_up(tx)
        search = Search(tx)
        found, next_token = cut_page(
            await search.page(query, only, after, limit + 1), limit, _token
        )
        texts = {}
        if query.wanted:
            prompts = [one.prompt for one in found]
            texts = await search.texts(prompts, most_bytes=_MOST_SNIPPET_BYTES)
    results = await asyncio.to_thread(_results, found, texts, query)
    return ResultPage(results, next_token, is_catching_up=not is_complete)


async def find_similar_prompts(
    work: Work, tenant: TenantId, index: Index, *, reference: str, size: int
) -> Sequence[Similar]:
    """Return the prompts in use that are nearest to one, nearest first.

    Raises PromptNotFound; SimilarNeedsPgvector where the database has no pgvector.
    """
    limit = page_size(size, _SIMILAR, MOST_SIMILAR)
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference)
        search = Search(tx)
        if not await search.has_vectors():
            raise SimilarNeedsPgvector(
                "this platform's database has no pgvector, so prompts cannot be compared: its "
                "operator installs pgvector and runs CREATE EXTENSION vector"
            )
        await index.catch_up(tx)
        return await search.similar(prompt.id, limit)


def _results(
    found: Sequence[Found], texts: dict[str, PromptTexts], query: SearchQuery
) -> list[Result]:
    return [
        Result(one.prompt, matches(texts[one.prompt.id], query) if texts else []) for one in found
    ]


def _check_filter(only: SearchFilter, violations: Violations) -> None:
    violations.add_text("folder", only.folder, most=rules.MOST_NAME_CHARACTERS)
    violations.add_text("tag", only.tag, most=rules.MOST_TAG_CHARACTERS)
    violations.add_text("label", only.label, most=rules.MOST_LABEL_CHARACTERS)
    violations.add_text("model", only.model, most=MOST_MODEL_CHARACTERS)
    violations.add_text("author", only.author, most=_MOST_ACTOR_CHARACTERS)


def _token(last: Found) -> str:
    return encode_token([last.score.hex(), last.prompt.update_time.isoformat(), last.prompt.id])


def _key(token: str) -> SearchKey | None:
    """Read the token of a page of results; None for no token. Raises InvalidArgument."""
    match decode_token(token, parts=3):
        case None:
            return None
        case [str(score), str(time), str(prompt_id)] if is_id("prm", prompt_id):
            try:
                key = SearchKey(
                    float.fromhex(score), datetime.fromisoformat(time).astimezone(UTC), prompt_id
                )
            except (ValueError, OverflowError):
                pass
            else:
                if math.isfinite(key.score):
                    return key
    raise InvalidArgument.of_field("page_token", "is not a token that this search gave out")
