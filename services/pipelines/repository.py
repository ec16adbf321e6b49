"""All SQL of this service. A `reference` is a pipeline's id or its name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import selectinload

from services.kit.ids import is_id
from services.kit.paging import TimeKey
from services.kit.work import Tx
from services.pipelines.errors import (
    LabelNotFound,
    PipelineNameTaken,
    PipelineNotFound,
    PipelineVersionNotFound,
)
from services.pipelines.models import Pipeline, PipelineLabel, PipelineVersion


@dataclass(frozen=True, slots=True)
class PipelineFilter:
    """Which pipelines a list shows. An empty query filters nothing."""

    query: str = ""
    is_archived: bool = False


class Pipelines:
    """Pipelines, versions and labels of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def get(self, reference: str, *, lock: bool = False) -> Pipeline:
        """Return the pipeline with its labels. Raises PipelineNotFound.

        `lock`: until the end of the transaction nobody else changes it or adds versions.
        """
        statement = (
            select(Pipeline)
            .where(_is_named(reference))
            .options(selectinload(Pipeline.labels))
            .execution_options(populate_existing=True)
        )
        if lock:
            statement = statement.with_for_update(of=Pipeline)
        pipeline = await self._session.scalar(statement)
        if pipeline is None:
            raise PipelineNotFound.of(reference)
        return pipeline

    async def page(
        self, only: PipelineFilter, after: TimeKey | None, size: int
    ) -> Sequence[Pipeline]:
        """Return up to `size` pipelines with their labels, last changed first, after a key."""
        statement = (
            select(Pipeline)
            .where(*_conditions(only))
            .order_by(Pipeline.update_time.desc(), Pipeline.id.desc())
            .limit(size)
            .options(selectinload(Pipeline.labels))
        )
        if after is not None:
            key = tuple_(Pipeline.update_time, Pipeline.id)
            statement = statement.where(key < tuple_(after.time, after.id))
        return (await self._session.scalars(statement)).all()

    async def save(self, pipeline: Pipeline) -> None:
        """Write a new or changed pipeline. Raises PipelineNameTaken."""
        self._session.add(pipeline)
        name = pipeline.name
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "pipelines_name_key" in str(error.orig):
                raise PipelineNameTaken(f"another pipeline is named {name}", name=name) from error
            raise

    async def add_version(self, version: PipelineVersion) -> None:
        """Write a new version; its pipeline must be locked, its number the next one."""
        self._session.add(version)
        await self._session.flush()

    async def version(self, pipeline: Pipeline, number: int) -> PipelineVersion:
        """Return one version. Raises PipelineVersionNotFound."""
        # Numbers have no gaps: what is above the newest does not exist.
        found = None
        if 1 <= number <= pipeline.latest_version:
            found = await self._session.get(PipelineVersion, (pipeline.id, number))
        if found is None:
            raise PipelineVersionNotFound.of(pipeline.name, number)
        return found

    async def versions_page(
        self, pipeline: Pipeline, before: int | None, size: int
    ) -> Sequence[PipelineVersion]:
        """Return up to `size` versions below a number, newest first."""
        statement = (
            select(PipelineVersion)
            .where(PipelineVersion.pipeline_id == pipeline.id)
            .order_by(PipelineVersion.number.desc())
            .limit(size)
        )
        if before is not None:
            statement = statement.where(PipelineVersion.number < before)
        return (await self._session.scalars(statement)).all()

    async def set_label(self, label: PipelineLabel) -> None:
        """Write a new label, or move the one of that name; its pipeline must be locked or new."""
        values = {
            "version": label.version,
            "update_time": label.update_time,
            "actor_id": label.actor_id,
        }
        row = insert(PipelineLabel).values(
            pipeline_id=label.pipeline_id, label=label.label, **values
        )
        await self._session.execute(
            row.on_conflict_do_update(index_elements=["pipeline_id", "label"], set_=values)
        )

    async def delete_label(self, pipeline: Pipeline, name: str) -> PipelineLabel:
        """Remove a label of a locked pipeline and return it. Raises LabelNotFound."""
        label = find_label(pipeline, name)
        if label is None:
            raise LabelNotFound.of(pipeline.name, name)
        await self._session.delete(label)
        await self._session.flush()
        return label


def find_label(pipeline: Pipeline, name: str) -> PipelineLabel | None:
    """Return a label of a pipeline, None when it has none of that name."""
    return next((label for label in pipeline.labels if label.label == name), None)


def _is_named(reference: str) -> ColumnElement[bool]:
    if is_id("pip", reference):
        return Pipeline.id == reference
    # PostgreSQL cannot even compare a text with NUL; no name is empty.
    return Pipeline.name == ("" if "\0" in reference else reference)


def _conditions(only: PipelineFilter) -> list[ColumnElement[bool]]:
    is_archived = Pipeline.archive_time.is_not(None)
    conditions: list[ColumnElement[bool]] = [is_archived if only.is_archived else ~is_archived]
    if only.query:
        texts = (Pipeline.name, Pipeline.description)
        conditions.append(or_(*(text.icontains(only.query, autoescape=True) for text in texts)))
    return conditions
