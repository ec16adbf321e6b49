"""The index of prompts: by name, each with those of its versions that pass a filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from services.kit.work import Tx
from services.prompts.models import Prompt, PromptLabel, PromptVersion


@dataclass(frozen=True, slots=True)
class IndexFilter:
    """Which versions the index tells. Empty texts and None filter nothing.

    A version changed when it was made, or had a label set, last: from `from_time` on, and before
    `to_time`.
    """

    name: str = ""
    label: str = ""
    tag: str = ""
    from_time: datetime | None = None
    to_time: datetime | None = None


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """A prompt and its versions that pass; `model` and `parameters` are those of the newest."""

    name: str
    type: str
    tags: Sequence[str]
    versions: Sequence[int]
    labels: Sequence[str]
    update_time: datetime
    model: str
    parameters: dict[str, object]


class PromptIndex:
    """The index of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def page(self, only: IndexFilter, offset: int, size: int) -> tuple[list[IndexEntry], int]:
        """Return up to `size` entries by name, past the first `offset`, and how many there are."""
        passing = _passing(only).subquery()
        count = select(func.count(passing.c.prompt_id.distinct()))
        total = await self._session.scalar(count) or 0
        if offset >= total:
            return [], total
        rows = await self._session.execute(_page(passing, offset, size))
        return [IndexEntry(*row) for row in rows.all()], total


def _passing(only: IndexFilter) -> Select[Any]:
    """Select the versions that pass, each with when it changed."""
    changed = func.greatest(PromptVersion.create_time, func.max(PromptLabel.update_time))
    statement = (
        select(PromptVersion.prompt_id, PromptVersion.number, changed.label("changed"))
        .join(Prompt, Prompt.id == PromptVersion.prompt_id)
        .outerjoin(PromptLabel, _is_label_of(PromptVersion.prompt_id, PromptVersion.number))
        .where(Prompt.archive_time.is_(None))
        .group_by(PromptVersion.prompt_id, PromptVersion.number)
    )
    if only.name:
        statement = statement.where(Prompt.name == only.name)
    if only.tag:
        statement = statement.where(Prompt.tags.contains([only.tag]))
    if only.label:
        statement = statement.having(func.bool_or(PromptLabel.label == only.label))
    if only.from_time is not None:
        statement = statement.having(changed >= only.from_time)
    if only.to_time is not None:
        statement = statement.having(changed < only.to_time)
    return statement


def _page(passing: Any, offset: int, size: int) -> Select[Any]:
    """Select the entries of one page, in the order of `IndexEntry`."""
    numbers = func.array_agg(aggregate_order_by(passing.c.number, passing.c.number))
    entry = (
        select(
            Prompt.id,
            numbers.label("numbers"),
            func.max(passing.c.number).label("newest"),
            func.max(passing.c.changed).label("changed"),
        )
        .join(passing, passing.c.prompt_id == Prompt.id)
        .group_by(Prompt.id)
        .order_by(Prompt.name)
        .limit(size)
        .offset(offset)
        .subquery()
    )
    labels = (
        select(func.array_agg(aggregate_order_by(PromptLabel.label, PromptLabel.label)))
        .where(_is_label_of(entry.c.id, func.any(entry.c.numbers)))
        .scalar_subquery()
    )
    content = cast(PromptVersion.content, JSONB)
    is_newest = and_(PromptVersion.prompt_id == entry.c.id, PromptVersion.number == entry.c.newest)
    return (
        select(
            Prompt.name,
            Prompt.type,
            Prompt.tags,
            entry.c.numbers,
            func.coalesce(labels, []),
            entry.c.changed,
            content["model"].astext,
            content["parameters"],
        )
        .join(entry, entry.c.id == Prompt.id)
        .join(PromptVersion, is_newest)
        .order_by(Prompt.name)
    )


def _is_label_of(prompt_id: Any, number: Any) -> Any:
    return and_(PromptLabel.prompt_id == prompt_id, PromptLabel.version == number)
