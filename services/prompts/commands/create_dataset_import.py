"""CreateDatasetImport."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import orjson

from services.kit.ids import ActorId, TenantId, new_id
from services.kit.work import Work
from services.prompts.commands.dataset_changes import writable
from services.prompts.errors import DatasetInvalid
from services.prompts.models import DatasetImport
from services.prompts.repository.dataset_imports import DatasetImports
from services.prompts.rules.dataset_files.columns import check_columns
from services.prompts.rules.dataset_files.reading import FileFormat, ReaderState
from services.prompts.rules.dataset_imports import KEPT_HOURS, MOST_FILE_BYTES, ImportState
from services.prompts.rules.violations import Violations

_MOST_FILE_NAME: Final = 200


async def create_dataset_import(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    reference: str,
    file_format: FileFormat | None,
    file_name: str,
    file_bytes: int,
    columns: Sequence[tuple[str, str]],
) -> DatasetImport:
    """Begin to import a file, its parts to follow; the dataset stays as it is until it is applied.

    Raises DatasetInvalid, DatasetNotFound, DatasetArchived.
    """
    violations = Violations()
    violations.add_text("file_name", file_name, most=_MOST_FILE_NAME)
    placed = check_columns(columns, violations)
    if not 0 <= file_bytes <= MOST_FILE_BYTES:
        violations.add("file_bytes", f"must be 0..{MOST_FILE_BYTES:,}")
    if file_format is None:
        raise DatasetInvalid.of_field("format", "must be csv, jsonl or json")
    violations.raise_as(DatasetInvalid)
    async with work.begin(tenant) as tx:
        dataset = await writable(tx, reference)
        started = DatasetImport(
            id=new_id("dim"),
            dataset_id=dataset.id,
            format=file_format,
            file_name=file_name,
            state=ImportState.RECEIVING,
            received_bytes=0,
            file_bytes=file_bytes,
            placed_columns=orjson.dumps(placed).decode(),
            reader_state=orjson.dumps(ReaderState().document()).decode(),
            unread=b"",
            record_count=0,
            added_count=0,
            changed_count=0,
            unchanged_count=0,
            problem_count=0,
            problems="[]",
            version=0,
            actor_id=actor,
            create_time=tx.now,
            update_time=tx.now,
        )
        await DatasetImports(tx).add(started, older_than=tx.now - timedelta(hours=KEPT_HOURS))
    return started
