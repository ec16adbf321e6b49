"""Prompts, their versions, and where their labels point. A `reference` is a prompt's id or name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Row,
    Text,
    and_,
    bindparam,
    column,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from services.kit.ids import is_id
from services.kit.paging import TimeKey
from services.kit.work import Tx
from services.prompts.errors import PromptNameTaken, PromptNotFound, PromptVersionNotFound
from services.prompts.models import Prompt, PromptLabel, PromptLabelEvent, PromptVersion

_MOST_PAGE_BYTES: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class PromptFilter:
    """Which prompts a list shows. Empty texts filter nothing."""

    query: str = ""
    tag: str = ""
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """Names a version: by number when that is not 0, by label otherwise."""

    prompt: str
    label: str = ""
    version: int = 0


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was found for a reference: None from the first part on that does not exist."""

    prompt_id: str | None
    name: str | None
    version: PromptVersion | None


class Prompts:
    """Prompts, versions and labels of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def get(self, reference: str, *, lock: bool = False) -> Prompt:
        """Return the prompt with its labels. Raises PromptNotFound.

        `lock`: until the end of the transaction nobody else changes it or adds versions.
        """
        statement = select(Prompt).where(_is_named(reference)).options(selectinload(Prompt.labels))
        if lock:
            statement = statement.with_for_update(of=Prompt)
        prompt = await self._session.scalar(statement)
        if prompt is None:
            raise PromptNotFound.of(reference)
        return prompt

    async def page(self, only: PromptFilter, after: TimeKey | None, size: int) -> Sequence[Prompt]:
        """Return up to `size` prompts with their labels, last changed first, after a key."""
        statement = (
            select(Prompt)
            .where(*_conditions(only))
            .order_by(Prompt.update_time.desc(), Prompt.id.desc())
            .limit(size)
            .options(selectinload(Prompt.labels))
        )
        if after is not None:
            key = tuple_(Prompt.update_time, Prompt.id)
            statement = statement.where(key < tuple_(after.time, after.id))
        return (await self._session.scalars(statement)).all()

    async def save(self, prompt: Prompt) -> None:
        """Write a new or changed prompt. Raises PromptNameTaken."""
        name = prompt.name
        self._session.add(prompt)
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "prompts_name_key" in str(error.orig):
                raise PromptNameTaken(f"another prompt is named {name}", name=name) from error
            raise

    async def add_version(self, version: PromptVersion) -> None:
        """Write a new version; its prompt must be locked, its number the next one."""
        self._session.add(version)
        await self._session.flush()

    async def version(self, reference: str, number: int) -> PromptVersion:
        """Return one version. Raises PromptNotFound, PromptVersionNotFound."""
        statement = (
            select(PromptVersion)
            .join(Prompt, Prompt.id == PromptVersion.prompt_id)
            .where(_is_named(reference), PromptVersion.number == number)
        )
        version = await self._session.scalar(statement)
        if version is None:
            prompt = await self.get(reference)
            raise PromptVersionNotFound.of(prompt.name, number)
        return version

    async def versions_page(
        self, reference: str, before: int | None, size: int
    ) -> Sequence[PromptVersion]:
        """Return up to `size` versions below a number, newest first. Raises PromptNotFound.

        They are fewer once their contents reach 8 MB: an answer has a bound in bytes too.
        """
        prompt = await self.get(reference)
        newest_first = PromptVersion.number.desc()
        bytes_before = func.sum(func.octet_length(PromptVersion.content)).over(
            order_by=newest_first, rows=(None, -1)
        )
        sized = select(PromptVersion.number, bytes_before.label("bytes_before")).where(
            PromptVersion.prompt_id == prompt.id
        )
        if before is not None:
            sized = sized.where(PromptVersion.number < before)
        page = sized.order_by(newest_first).limit(size).subquery()
        statement = (
            select(PromptVersion)
            .join(page, PromptVersion.number == page.c.number)
            .where(
                PromptVersion.prompt_id == prompt.id,
                func.coalesce(page.c.bytes_before, 0) < _MOST_PAGE_BYTES,
            )
            .order_by(newest_first)
        )
        return (await self._session.scalars(statement)).all()

    async def label(self, prompt: Prompt, label: str) -> PromptLabel | None:
        """Return a label of a prompt, None when it has none of that name."""
        return await self._session.get(PromptLabel, (prompt.id, label))

    async def set_label(self, label: PromptLabel) -> PromptLabel:
        """Write a new label, or move the one of that name; its prompt must be locked or new."""
        values = {
            "version": label.version,
            "update_time": label.update_time,
            "actor_id": label.actor_id,
        }
        row = insert(PromptLabel).values(prompt_id=label.prompt_id, label=label.label, **values)
        await self._session.execute(
            row.on_conflict_do_update(index_elements=["prompt_id", "label"], set_=values)
        )
        return label

    async def delete_label(self, label: PromptLabel) -> None:
        """Remove a label; its prompt must be locked."""
        await self._session.delete(label)
        await self._session.flush()

    async def resolve(self, references: Sequence[Reference]) -> list[Resolution]:
        """Find what references stand for, in their order: one statement, however many there are."""
        rows = await self._session.execute(
            _RESOLVE,
            {
                "prompts": [_comparable(reference.prompt) for reference in references],
                "labels": [_comparable(reference.label) for reference in references],
                "numbers": [reference.version for reference in references],
            },
        )
        return [_resolution(row) for row in rows.all()]

    async def is_empty(self) -> bool:
        """Tell whether the tenant has no prompt at all, archived ones included."""
        return await self._session.scalar(select(Prompt.id).limit(1)) is None

    async def add_all(
        self, rows: Sequence[Prompt | PromptVersion | PromptLabel | PromptLabelEvent]
    ) -> None:
        """Write new rows of one table in one batch."""
        self._session.add_all(rows)
        await self._session.flush()


def _is_named(reference: str) -> ColumnElement[bool]:
    if is_id("prm", reference):
        return Prompt.id == reference
    return Prompt.name == _comparable(reference)


def _comparable(text: str) -> str:
    """Return the text, or one that no row has where PostgreSQL could not even compare it."""
    return "" if "\0" in text else text


def _conditions(only: PromptFilter) -> list[ColumnElement[bool]]:
    is_archived = Prompt.archive_time.is_not(None)
    conditions: list[ColumnElement[bool]] = [is_archived if only.is_archived else ~is_archived]
    if only.tag:
        conditions.append(Prompt.tags.contains([only.tag]))
    if only.query:
        tags = func.array_to_string(Prompt.tags, "\n")
        conditions.append(
            or_(
                *(
                    text.icontains(only.query, autoescape=True)
                    for text in (Prompt.name, Prompt.description, tags)
                )
            )
        )
    return conditions


_WANTED: Final = (
    func.unnest(
        bindparam("prompts", type_=ARRAY(Text)),
        bindparam("labels", type_=ARRAY(Text)),
        bindparam("numbers", type_=ARRAY(Integer)),
    )
    .table_valued(
        column("prompt", Text),
        column("label", Text),
        column("number", Integer),
        with_ordinality="position",
    )
    .render_derived(name="wanted")
)

# No name has the form of an id, so a reference matches one prompt at most. Number 0 is no version:
# a reference without a number finds one by its label, or none.
_RESOLVE: Final = (
    select(
        Prompt.id,
        Prompt.name,
        PromptVersion.number,
        PromptVersion.content,
        PromptVersion.content_hash,
        PromptVersion.note,
        PromptVersion.create_time,
        PromptVersion.creator_id,
        PromptVersion.branch,
        PromptVersion.parents,
    )
    .select_from(_WANTED)
    .outerjoin(Prompt, or_(Prompt.id == _WANTED.c.prompt, Prompt.name == _WANTED.c.prompt))
    .outerjoin(
        PromptLabel,
        and_(
            PromptLabel.prompt_id == Prompt.id,
            PromptLabel.label == _WANTED.c.label,
            _WANTED.c.number == 0,
        ),
    )
    .outerjoin(
        PromptVersion,
        and_(
            PromptVersion.prompt_id == Prompt.id,
            PromptVersion.number == func.coalesce(PromptLabel.version, _WANTED.c.number),
        ),
    )
    .order_by(_WANTED.c.position)
)


def _resolution(row: Row[*tuple[Any, ...]]) -> Resolution:
    if row.number is None:
        return Resolution(row.id, row.name, None)
    version = PromptVersion(
        prompt_id=row.id,
        number=row.number,
        content=row.content,
        content_hash=row.content_hash,
        note=row.note,
        create_time=row.create_time,
        creator_id=row.creator_id,
        branch=row.branch,
        parents=row.parents,
    )
    return Resolution(row.id, row.name, version)
