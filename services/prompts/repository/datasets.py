"""Datasets and their versions. A `reference` is a dataset's id or name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.exc import IntegrityError

from services.kit.ids import is_id
from services.kit.paging import TimeKey
from services.kit.work import Tx
from services.prompts.errors import (
    DatasetNameTaken,
    DatasetNotFound,
    DatasetVersionNotFound,
)
from services.prompts.models import Dataset, DatasetVersion


@dataclass(frozen=True, slots=True)
class DatasetFilter:
    """Which datasets a list shows. An empty text filters nothing."""

    query: str = ""
    is_archived: bool = False


class Datasets:
    """Datasets of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def get(self, reference: str, *, lock: bool = False) -> Dataset:
        """Return one dataset. Raises DatasetNotFound.

        `lock`: until the end of the transaction nobody else changes it or makes versions of it.
        """
        statement = select(Dataset).where(_is_named(reference))
        if lock:
            statement = statement.with_for_update()
        dataset = await self._session.scalar(statement)
        if dataset is None:
            raise DatasetNotFound.of(reference)
        return dataset

    async def page(
        self, only: DatasetFilter, after: TimeKey | None, size: int
    ) -> Sequence[Dataset]:
        """Return up to `size` datasets, last changed first, after a key."""
        is_archived = Dataset.archive_time.is_not(None)
        statement = (
            select(Dataset)
            .where(is_archived if only.is_archived else ~is_archived)
            .order_by(Dataset.update_time.desc(), Dataset.id.desc())
            .limit(size)
        )
        if only.query:
            texts = (Dataset.name, Dataset.description)
            found = [text.icontains(only.query, autoescape=True) for text in texts]
            statement = statement.where(or_(*found))
        if after is not None:
            key = tuple_(Dataset.update_time, Dataset.id)
            statement = statement.where(key < tuple_(after.time, after.id))
        return (await self._session.scalars(statement)).all()

    async def save(self, dataset: Dataset) -> None:
        """Write a new or changed dataset. Raises DatasetNameTaken."""
        name = dataset.name
        self._session.add(dataset)
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "datasets_name_key" in str(error.orig):
                raise DatasetNameTaken(f"another dataset is named {name}", name=name) from error
            raise

    async def add_version(self, version: DatasetVersion) -> None:
        """Write a new version; its dataset must be locked, its number the next one."""
        self._session.add(version)
        await self._session.flush()

    async def version(self, dataset: Dataset, number: int) -> DatasetVersion:
        """Return one version. Raises DatasetVersionNotFound."""
        found = None
        if 0 < number <= dataset.latest_version:
            found = await self._session.get(DatasetVersion, (dataset.id, number))
        if found is None:
            raise DatasetVersionNotFound.of(dataset.name, number)
        return found

    async def versions_page(
        self, dataset: Dataset, before: int | None, size: int
    ) -> Sequence[DatasetVersion]:
        """Return up to `size` versions below a number, newest first."""
        statement = (
            select(DatasetVersion)
            .where(DatasetVersion.dataset_id == dataset.id)
            .order_by(DatasetVersion.number.desc())
            .limit(size)
        )
        if before is not None:
            statement = statement.where(DatasetVersion.number < before)
        return (await self._session.scalars(statement)).all()


def _is_named(reference: str) -> ColumnElement[bool]:
    if is_id("dst", reference):
        return Dataset.id == reference
    # PostgreSQL cannot even compare a NUL; no name is empty.
    return Dataset.name == ("" if "\0" in reference else reference)
