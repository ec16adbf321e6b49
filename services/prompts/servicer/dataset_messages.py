"""Datasets, items and imports, between the contract's messages and ours."""

import orjson

from promptpilot.prompts.v1 import datasets_pb2 as pb
from services.prompts.models import Dataset, DatasetImport, DatasetItem, DatasetVersion
from services.prompts.rules import datasets as rules
from services.prompts.rules.dataset_files.reading import FileFormat
from services.prompts.rules.dataset_imports import ImportState, read_problems
from services.prompts.servicer.answers import timestamp

_FORMATS = {
    FileFormat.CSV: pb.DATASET_FILE_FORMAT_CSV,
    FileFormat.JSONL: pb.DATASET_FILE_FORMAT_JSONL,
    FileFormat.JSON: pb.DATASET_FILE_FORMAT_JSON,
}
_FORMATS_IN = {number: file_format for file_format, number in _FORMATS.items()}
_SOURCES = {
    rules.Source.EDIT: pb.DATASET_VERSION_SOURCE_EDIT,
    rules.Source.IMPORT: pb.DATASET_VERSION_SOURCE_IMPORT,
}
_STATES = {
    ImportState.RECEIVING: pb.DATASET_IMPORT_STATE_RECEIVING,
    ImportState.READY: pb.DATASET_IMPORT_STATE_READY,
    ImportState.APPLIED: pb.DATASET_IMPORT_STATE_APPLIED,
}


def file_format(number: "pb.DatasetFileFormat.ValueType") -> FileFormat | None:
    """Read a form of file; None for one that is not said, or not known yet."""
    return _FORMATS_IN.get(number)


def dataset(row: Dataset) -> pb.Dataset:
    """Translate a dataset."""
    return pb.Dataset(
        id=row.id,
        name=row.name,
        description=row.description,
        metadata_json=row.metadata_,
        latest_version=row.latest_version,
        item_count=row.item_count,
        create_time=timestamp(row.create_time),
        update_time=timestamp(row.update_time),
        archive_time=timestamp(row.archive_time) if row.archive_time else None,
        etag=rules.etag(row.id, row.revision),
    )


def version(row: DatasetVersion) -> pb.DatasetVersion:
    """Translate a version."""
    return pb.DatasetVersion(
        dataset_id=row.dataset_id,
        number=row.number,
        item_count=row.item_count,
        added_count=row.added_count,
        changed_count=row.changed_count,
        archived_count=row.archived_count,
        content_hash=row.content_hash,
        source=_SOURCES[rules.Source(row.source)],
        file_name=row.file_name,
        actor_id=row.actor_id,
        create_time=timestamp(row.create_time),
    )


def item(row: DatasetItem) -> pb.DatasetItem:
    """Translate an item."""
    return pb.DatasetItem(
        dataset_id=row.dataset_id,
        id=row.id,
        input_json=row.input,
        expected_json=row.expected,
        metadata_json=row.metadata_,
        content_hash=row.content_hash,
        is_archived=row.is_archived,
        version=row.from_version,
        source_run_id=row.source_run_id,
        source_step_id=row.source_step_id,
        create_time=timestamp(row.create_time),
        update_time=timestamp(row.update_time),
        actor_id=row.actor_id,
        etag=rules.etag(row.id, row.from_version),
    )


def dataset_import(row: DatasetImport) -> pb.DatasetImport:
    """Translate an import."""
    columns: dict[str, str] = orjson.loads(row.reader_state)["columns"]
    return pb.DatasetImport(
        id=row.id,
        dataset_id=row.dataset_id,
        format=_FORMATS[FileFormat(row.format)],
        file_name=row.file_name,
        state=_STATES[ImportState(row.state)],
        received_bytes=row.received_bytes,
        file_bytes=row.file_bytes,
        record_count=row.record_count,
        added_count=row.added_count,
        changed_count=row.changed_count,
        unchanged_count=row.unchanged_count,
        problem_count=row.problem_count,
        problems=[
            pb.DatasetImportProblem(line=one.line, field=one.field, message=one.message)
            for one in read_problems(row.problems)
        ],
        columns=[pb.DatasetColumn(name=name, target=target) for name, target in columns.items()],
        version=row.version,
        actor_id=row.actor_id,
        create_time=timestamp(row.create_time),
        update_time=timestamp(row.update_time),
    )
