"""Files on their way into datasets, and how they become items: in a few statements for all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import (
    ARRAY,
    Integer,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    column,
    delete,
    false,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.orm import aliased

from services.kit.ids import is_id
from services.kit.work import Tx
from services.prompts.errors import DatasetImportNotFound
from services.prompts.models import (
    Dataset,
    DatasetImport,
    DatasetImportItem,
    DatasetItem,
    DatasetVersion,
)

_ROWS: Final = ("number", "line")
_TEXTS: Final = ("given_id", "item_id", "input", "expected", "metadata", "content_hash")


class DatasetImports:
    """Imports of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def get(self, dataset: Dataset, import_id: str, *, lock: bool = False) -> DatasetImport:
        """Return one import of a dataset. Raises DatasetImportNotFound.

        `lock`: until the end of the transaction nobody else adds a part to it or applies it.
        """
        found = None
        if is_id("dim", import_id):
            statement = select(DatasetImport).where(
                DatasetImport.id == import_id, DatasetImport.dataset_id == dataset.id
            )
            if lock:
                statement = statement.with_for_update()
            found = await self._session.scalar(statement)
        if found is None:
            raise DatasetImportNotFound.of(import_id)
        return found

    async def add(self, one: DatasetImport, *, older_than: datetime) -> None:
        """Write a new import, and drop a few that are older: nobody will apply those."""
        old = (
            select(DatasetImport.id)
            .where(DatasetImport.create_time < older_than)
            .limit(10)
            .with_for_update(skip_locked=True)
        )
        await self._session.execute(
            delete(DatasetImport)
            .where(DatasetImport.id.in_(old))
            .execution_options(synchronize_session=False)
        )
        self._session.add(one)
        await self._session.flush()

    async def add_items(self, import_id: str, rows: Mapping[str, Sequence[object]]) -> None:
        """Write records, given by column, in one statement."""
        given = (
            func.unnest(
                *(bindparam(name, type_=ARRAY(Integer)) for name in _ROWS),
                *(bindparam(name, type_=ARRAY(Text)) for name in _TEXTS),
            )
            .table_valued(
                *(column(name, Integer) for name in _ROWS), *(column(name, Text) for name in _TEXTS)
            )
            .render_derived(name="given")
        )
        names = [*_ROWS, *_TEXTS]
        table = DatasetImportItem.__table__
        await self._session.execute(
            insert(table).from_select(  # type: ignore[arg-type] # a declarative class's table
                ["import_id", *names, "change"],
                select(literal(import_id), *(given.c[name] for name in names), literal("")),
            ),
            dict(rows),
        )

    async def last_number(self, import_id: str) -> int:
        """Return the number of the last record that was written, 0 for none."""
        number = select(func.max(DatasetImportItem.number)).where(
            DatasetImportItem.import_id == import_id
        )
        return await self._session.scalar(number) or 0

    async def drop_repeated_ids(self, import_id: str) -> list[tuple[int, str]]:
        """Remove records whose id an earlier one has; return their lines and ids, in order."""
        item = DatasetImportItem
        times = func.row_number().over(partition_by=item.given_id, order_by=item.number)
        counted = (
            select(item.number, times.label("times"))
            .where(item.import_id == import_id, item.given_id != "")
            .subquery()
        )
        repeated = select(counted.c.number).where(counted.c.times > 1)
        dropped = await self._session.execute(
            delete(item)
            .where(item.import_id == import_id, item.number.in_(repeated))
            .returning(item.line, item.given_id)
            .execution_options(synchronize_session=False)
        )
        return sorted((row.line, row.given_id) for row in dropped.all())

    async def plan(self, one: DatasetImport) -> dict[str, int]:
        """Decide what becomes of each record as the dataset is now; return how many of each."""
        item = DatasetImportItem
        planned = _planned(one)
        await self._session.execute(
            update(item)
            .where(item.import_id == one.id, item.number == planned.c.number)
            .values(change=planned.c.change)
            .execution_options(synchronize_session=False)
        )
        counts = await self._session.execute(
            select(item.change, func.count()).where(item.import_id == one.id).group_by(item.change)
        )
        return {row[0]: row[1] for row in counts.all()}

    async def hashes(self, one: DatasetImport) -> tuple[list[str], list[str], int]:
        """Return content hashes that planned changes take out of the dataset and put into it.

        The last is how many archived items they bring back.
        """
        item, now = DatasetImportItem, DatasetItem
        before = await self._session.execute(
            select(now.content_hash, now.is_archived)
            .join(item, item.item_id == now.id)
            .where(
                item.import_id == one.id,
                item.change == "changed",
                now.dataset_id == one.dataset_id,
                now.to_version.is_(None),
            )
        )
        rows = before.all()
        after = await self._session.scalars(
            select(item.content_hash).where(
                item.import_id == one.id, item.change.in_(("added", "changed"))
            )
        )
        without = [row.content_hash for row in rows if not row.is_archived]
        return without, list(after.all()), len(rows) - len(without)

    async def make_items(self, one: DatasetImport, version: DatasetVersion, position: int) -> None:
        """Make the planned changes: added items come after `position`, changed ones keep theirs."""
        await self._end_changed(one, version.number)
        item, before = DatasetImportItem, aliased(DatasetItem)
        row = func.row_number().over(order_by=item.number)
        made = (
            select(
                literal(one.dataset_id),
                item.item_id,
                literal(version.number),
                func.coalesce(before.position, row + position),
                item.input,
                item.expected,
                item.metadata_,
                item.content_hash,
                false(),
                func.coalesce(before.source_run_id, ""),
                func.coalesce(before.source_step_id, ""),
                func.coalesce(before.create_time, version.create_time),
                literal(version.create_time),
                literal(version.actor_id),
            )
            .outerjoin(
                before,
                and_(
                    before.dataset_id == one.dataset_id,
                    before.id == item.item_id,
                    before.to_version == version.number,
                ),
            )
            .where(item.import_id == one.id, item.change.in_(("added", "changed")))
        )
        names = (
            "dataset_id id from_version position input expected metadata content_hash is_archived"
            " source_run_id source_step_id create_time update_time actor_id"
        )
        table = DatasetItem.__table__
        await self._session.execute(insert(table).from_select(names.split(), made))  # type: ignore[arg-type] # a declarative class's table

    async def drop_items(self, import_id: str) -> None:
        """Forget the records: they are items now."""
        await self._session.execute(
            delete(DatasetImportItem)
            .where(DatasetImportItem.import_id == import_id)
            .execution_options(synchronize_session=False)
        )

    async def _end_changed(self, one: DatasetImport, number: int) -> None:
        changed = select(DatasetImportItem.item_id).where(
            DatasetImportItem.import_id == one.id, DatasetImportItem.change == "changed"
        )
        await self._session.execute(
            update(DatasetItem)
            .where(
                DatasetItem.dataset_id == one.dataset_id,
                DatasetItem.to_version.is_(None),
                DatasetItem.id.in_(changed),
            )
            .values(to_version=number)
            .execution_options(synchronize_session=False)
        )


def _planned(one: DatasetImport) -> Subquery:
    """Say what becomes of each record: number, change.

    A record with an id is about the item of this id; one without about any item of this content,
    archived ones too: so a file that is imported again changes nothing.
    """
    item, now = DatasetImportItem, aliased(DatasetItem)
    is_current = and_(now.dataset_id == one.dataset_id, now.to_version.is_(None))
    times = func.row_number().over(
        partition_by=(item.given_id != "", item.content_hash), order_by=item.number
    )
    is_there = select(literal(1)).where(is_current, now.content_hash == item.content_hash).exists()
    by_id = aliased(DatasetItem)
    change = case(
        (
            item.given_id == "",
            case((is_there, "unchanged"), (times > 1, "unchanged"), else_="added"),
        ),
        (by_id.id.is_(None), "added"),
        (and_(by_id.content_hash == item.content_hash, ~by_id.is_archived), "unchanged"),
        else_="changed",
    )
    return (
        select(item.number, change.label("change"))
        .outerjoin(
            by_id,
            and_(
                by_id.dataset_id == one.dataset_id,
                by_id.id == item.given_id,
                by_id.to_version.is_(None),
            ),
        )
        .where(item.import_id == one.id)
        .subquery()
    )
