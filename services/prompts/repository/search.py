"""The index of prompts: what is written into it, and what is found by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Float,
    Row,
    Select,
    Subquery,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, TEXT, TSQUERY, insert
from sqlalchemy.orm import aliased, selectinload
from sqlalchemy.types import UserDefinedType

from services.kit.work import Tx
from services.prompts.models import Prompt, PromptLabel, PromptSearch, PromptVersion
from services.prompts.rules.content import Content
from services.prompts.rules.prompts import LATEST
from services.prompts.rules.search.documents import PromptTexts, VersionText
from services.prompts.rules.search.queries import SearchQuery

# A word as it was typed counts a little more than one that only begins so.
_EXACT: Final = 0.25
# The prompt whose name was typed comes before all that speaks of it.
_NAMED: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFilter:
    """Which prompts are searched. Empty texts, and None, filter nothing.

    `model`: a version that a label points at names it; `author`: made any version of it.
    """

    folder: str = ""
    tag: str = ""
    type: str = ""
    label: str = ""
    model: str = ""
    author: str = ""
    updated_since: datetime | None = None
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class SearchKey:
    """Where a page of results ends: the sort key of its last row."""

    score: float
    time: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Found:
    """A prompt that a search found. The score is for ordering only."""

    prompt: Prompt
    score: float


@dataclass(frozen=True, slots=True)
class Similar:
    """A prompt near another one. Similarity: 1 is the same wording, 0 nothing in common."""

    prompt: Prompt
    similarity: float


class _Vector(UserDefinedType[list[float]]):
    """pgvector's type."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "public.vector"


class Search:
    """The index of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def texts(
        self, prompts: Sequence[Prompt], *, most_bytes: int, is_each: bool = False
    ) -> dict[str, PromptTexts]:
        """Return what of prompts can be found, by id.

        Their versions are those that labels point at, `latest` first, then by number. Versions are
        left out once contents have reached `most_bytes`: those of the same prompt (`is_each`), or
        of all prompts before and this one, in their order.
        """
        ids = [prompt.id for prompt in prompts]
        sized = _sized_versions(ids, is_each=is_each)
        statement = (
            select(
                PromptVersion.prompt_id,
                PromptVersion.number,
                PromptVersion.content,
                PromptVersion.note,
            )
            .join(
                sized,
                and_(
                    sized.c.prompt_id == PromptVersion.prompt_id,
                    sized.c.number == PromptVersion.number,
                ),
            )
            .where(sized.c.bytes_before < most_bytes)
            .order_by(sized.c.position)
        )
        versions: dict[str, list[VersionText]] = {prompt_id: [] for prompt_id in ids}
        for row in await self._session.execute(statement):
            versions[row.prompt_id].append(version_text(row.number, row.content, row.note))
        return {prompt.id: prompt_texts(prompt, versions[prompt.id]) for prompt in prompts}

    async def write(self, entries: Sequence[dict[str, Any]]) -> None:
        """Write what of prompts is searched, over what was there unless that is newer."""
        row = insert(PromptSearch)
        changed = {
            name: row.excluded[name]
            for name in ("revision", "index_version", "words", "models", "embedder", "embedding")
        }
        statement = row.on_conflict_do_update(
            index_elements=["prompt_id"],
            set_=changed,
            where=PromptSearch.revision <= row.excluded.revision,
        )
        await self._session.execute(statement, list(entries))

    async def stale(
        self, index_version: int, since: datetime | None, size: int
    ) -> Sequence[Prompt]:
        """Return up to `size` prompts that are not indexed as they are, last changed first.

        `since`: only those that changed after this.
        """
        statement = (
            select(Prompt)
            .outerjoin(PromptSearch, PromptSearch.prompt_id == Prompt.id)
            .where(
                or_(
                    PromptSearch.prompt_id.is_(None),
                    PromptSearch.revision != Prompt.revision,
                    PromptSearch.index_version != index_version,
                )
            )
            .order_by(Prompt.update_time.desc(), Prompt.id.desc())
            .limit(size)
        )
        if since is not None:
            statement = statement.where(Prompt.update_time > since)
        return (await self._session.scalars(statement)).all()

    async def page(
        self, query: SearchQuery, only: SearchFilter, after: SearchKey | None, size: int
    ) -> list[Found]:
        """Return up to `size` prompts with their labels, best first, after a key.

        Without a query: last changed first.
        """
        score = _score(query).label("score")
        statement = (
            _searched(select(Prompt, score), query, only)
            .where(*_conditions(only))
            .order_by(score.desc(), Prompt.update_time.desc(), Prompt.id.desc())
            .limit(size)
            .options(selectinload(Prompt.labels))
        )
        if after is not None:
            key = tuple_(_score(query), Prompt.update_time, Prompt.id)
            statement = statement.where(key < tuple_(after.score, after.time, after.id))
        rows = (await self._session.execute(statement)).all()
        return [Found(prompt, float(score)) for prompt, score in rows]

    async def has_vectors(self) -> bool:
        """Tell whether this database has pgvector."""
        known = select(func.to_regtype("public.vector").is_not(None))
        return bool(await self._session.scalar(known))

    async def similar(self, prompt_id: str, size: int) -> list[Similar]:
        """Return up to `size` prompts in use that are nearest to one, nearest first.

        Needs pgvector. Every prompt of the tenant is compared: exact, and quick enough for the
        thousands that a tenant has.
        """
        this = aliased(PromptSearch)
        similarity = (
            1
            - func.public.cosine_distance(
                cast(PromptSearch.embedding, _Vector()), cast(this.embedding, _Vector())
            )
        ).label("similarity")
        statement = (
            select(Prompt, similarity)
            .join(PromptSearch, PromptSearch.prompt_id == Prompt.id)
            .join(this, and_(this.prompt_id == prompt_id, this.embedder == PromptSearch.embedder))
            .where(Prompt.id != prompt_id, Prompt.archive_time.is_(None), similarity.element > 0)
            .order_by(similarity.desc(), Prompt.id)
            .limit(size)
            .options(selectinload(Prompt.labels))
        )
        return [_similar(row) for row in await self._session.execute(statement)]


def _sized_versions(prompt_ids: Sequence[str], *, is_each: bool) -> Subquery:
    """Select the versions that labels point at, numbered, with the bytes of those before each."""
    labelled = (
        select(
            PromptLabel.prompt_id,
            PromptLabel.version,
            func.bool_or(PromptLabel.label == LATEST).label("is_latest"),
        )
        .where(PromptLabel.prompt_id.in_(prompt_ids))
        .group_by(PromptLabel.prompt_id, PromptLabel.version)
        .subquery()
    )
    order = (
        func.array_position(cast(list(prompt_ids), ARRAY(TEXT)), PromptVersion.prompt_id),
        labelled.c.is_latest.desc(),
        PromptVersion.number.desc(),
    )
    bytes_before = func.sum(func.octet_length(PromptVersion.content)).over(
        partition_by=PromptVersion.prompt_id if is_each else None,
        order_by=order,
        rows=(None, -1),
    )
    return (
        select(
            PromptVersion.prompt_id,
            PromptVersion.number,
            func.row_number().over(order_by=order).label("position"),
            func.coalesce(bytes_before, 0).label("bytes_before"),
        )
        .join(
            labelled,
            and_(
                labelled.c.prompt_id == PromptVersion.prompt_id,
                labelled.c.version == PromptVersion.number,
            ),
        )
        .subquery()
    )


def prompt_texts(prompt: Prompt, versions: Sequence[VersionText]) -> PromptTexts:
    """Put together what of a prompt can be found."""
    return PromptTexts(prompt.name, prompt.description, tuple(prompt.tags), tuple(versions))


def version_text(number: int, content: str, note: str) -> VersionText:
    """Take from a version, as it is stored, what can be found."""
    stored = Content.from_document(content)
    texts = tuple(message.content for message in stored.messages)
    return VersionText(number, texts, note, stored.model)


def _searched(
    statement: Select[Prompt, float], query: SearchQuery, only: SearchFilter
) -> Select[Prompt, float]:
    """Bring in the index where it is asked; without, also prompts are listed that it lacks."""
    if query.terms or only.model:
        statement = statement.join(PromptSearch, PromptSearch.prompt_id == Prompt.id)
    if query.terms:
        statement = statement.where(
            PromptSearch.words.bool_op("@@")(cast(query.condition(), TSQUERY))
        )
    if only.model:
        statement = statement.where(PromptSearch.models.contains([only.model]))
    return statement


def _score(query: SearchQuery) -> ColumnElement[float]:
    """Say how well a prompt answers: by the field that a word stands in, then by how often.

    A word in a name counts more than any number of them in a description, and so on down.
    """
    if not query.wanted:
        return literal(0.0, Float)
    begun, exact = (
        func.ts_rank(PromptSearch.words, cast(query.ranking(is_exact=is_exact), TSQUERY))
        for is_exact in (False, True)
    )
    named = case((Prompt.name == query.text.lower(), _NAMED), else_=0.0)
    return cast(begun + _EXACT * exact + named, Float(53))


def _conditions(only: SearchFilter) -> list[ColumnElement[bool]]:
    is_archived = Prompt.archive_time.is_not(None)
    conditions: list[ColumnElement[bool]] = [is_archived if only.is_archived else ~is_archived]
    if only.folder:
        conditions.append(Prompt.name.startswith(f"{only.folder}/", autoescape=True))
    if only.tag:
        conditions.append(Prompt.tags.contains([only.tag]))
    if only.type:
        conditions.append(Prompt.type == only.type)
    if only.label:
        labels = exists().where(PromptLabel.prompt_id == Prompt.id, PromptLabel.label == only.label)
        conditions.append(labels)
    if only.author:
        versions = exists().where(
            PromptVersion.prompt_id == Prompt.id, PromptVersion.creator_id == only.author
        )
        conditions.append(versions)
    if only.updated_since is not None:
        conditions.append(Prompt.update_time >= only.updated_since)
    return conditions


def _similar(row: Row[Prompt, float]) -> Similar:
    return Similar(row[0], min(1.0, float(row[1])))
