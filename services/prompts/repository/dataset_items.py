"""Items of datasets, as they are and as their versions have them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, update

from services.kit.work import Tx
from services.prompts.errors import DatasetItemNotFound
from services.prompts.models import Dataset, DatasetItem

_MOST_PAGE_BYTES: Final = 8_000_000


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items a list shows. `version` 0: as they are now. An empty text filters nothing."""

    version: int = 0
    query: str = ""
    is_archived: bool = False


class DatasetItems:
    """Items of one dataset."""

    def __init__(self, tx: Tx, dataset: Dataset) -> None:
        self._session = tx.session
        self._dataset = dataset

    async def find(self, item_id: str, version: int = 0) -> DatasetItem | None:
        """Return an item as it is now, also when archived, or as a version has it."""
        if "\0" in item_id:
            return None
        return await self._session.scalar(
            select(DatasetItem).where(
                DatasetItem.dataset_id == self._dataset.id,
                DatasetItem.id == item_id,
                _of_version(version),
            )
        )

    async def get(self, item_id: str, version: int = 0) -> DatasetItem:
        """Return an item as `find` does. Raises DatasetItemNotFound.

        So it does for an item that is archived in the version.
        """
        item = await self.find(item_id, version)
        if item is None or (version and item.is_archived):
            raise DatasetItemNotFound.of(self._dataset.name, item_id)
        return item

    async def page(
        self, only: ItemFilter, after: int, size: int
    ) -> tuple[Sequence[DatasetItem], bool]:
        """Return up to `size` items after a position, and whether there are more.

        They are fewer once they reach 8 MB: an answer has a bound in bytes too.
        """
        item = DatasetItem
        conditions = [
            item.dataset_id == self._dataset.id,
            _of_version(only.version),
            item.is_archived == only.is_archived,
            item.position > after,
        ]
        if only.query:
            conditions.append(_holds(only.query))
        sizes = map(func.octet_length, (item.input, item.expected, item.metadata_))
        keys = await self._session.execute(
            select(item.position, reduce(add, sizes))
            .where(*conditions)
            .order_by(item.position)
            .limit(size + 1)
        )
        found = keys.all()
        taken: list[int] = []
        room_bytes = _MOST_PAGE_BYTES
        for position, size_bytes in found[:size]:
            if taken and room_bytes < size_bytes:
                break
            room_bytes -= size_bytes
            taken.append(position)
        if not taken:
            return [], False
        page = await self._session.scalars(
            select(item).where(*conditions, item.position <= taken[-1]).order_by(item.position)
        )
        return page.all(), len(found) > len(taken)

    async def add(self, item: DatasetItem) -> None:
        """Write a new item; the dataset must be locked."""
        self._session.add(item)
        await self._session.flush()

    async def replace(self, before: DatasetItem, after: DatasetItem) -> None:
        """End one state of an item with the version that the next one begins with."""
        await self._session.execute(
            update(DatasetItem)
            .where(
                DatasetItem.dataset_id == before.dataset_id,
                DatasetItem.id == before.id,
                DatasetItem.from_version == before.from_version,
            )
            .values(to_version=after.from_version)
            .execution_options(synchronize_session=False)
        )
        await self.add(after)


def _of_version(version: int) -> ColumnElement[bool]:
    item = DatasetItem
    if not version:
        return item.to_version.is_(None)
    return and_(
        item.from_version <= version,
        or_(item.to_version.is_(None), item.to_version > version),
    )


def _holds(query: str) -> ColumnElement[bool]:
    item = DatasetItem
    texts = (item.id, item.input, item.expected, item.metadata_)
    return or_(*(text.icontains(query, autoescape=True) for text in texts))
