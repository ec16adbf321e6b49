"""AppendDatasetImport."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict

import orjson

from services.kit.ids import TenantId, new_id
from services.kit.work import Tx, Work
from services.prompts.models import DatasetImport
from services.prompts.repository.dataset_imports import DatasetImports
from services.prompts.repository.datasets import Datasets
from services.prompts.rules.dataset_files.reading import (
    FileFormat,
    Part,
    Problem,
    Reader,
    ReaderState,
    Record,
)
from services.prompts.rules.dataset_imports import ImportState, is_known_part, listed


async def append_dataset_import(
    work: Work,
    tenant: TenantId,
    *,
    reference: str,
    import_id: str,
    offset: int,
    data: bytes,
    is_last: bool,
) -> DatasetImport:
    """Read the next part of a file; after the last one it is known what an import would change.

    Each part is read and kept in a transaction of its own, so memory holds one part. A part that
    was taken before is taken once. Raises DatasetNotFound, DatasetImportNotFound, ImportTooLarge,
    ImportComplete, ImportOffsetMismatch.
    """
    async with work.begin(tenant) as tx:
        dataset = await Datasets(tx).get(reference)
        one = await DatasetImports(tx).get(dataset, import_id, lock=True)
        if is_known_part(one.state, one.received_bytes, offset, len(data), is_last=is_last):
            return one
        placed = orjson.loads(one.placed_columns)
        state = ReaderState(**orjson.loads(one.reader_state))
        reader = Reader(FileFormat(one.format), placed, state)
        # Some 20 ms for a megabyte: in a thread, since the event loop must not wait for it.
        part = await asyncio.to_thread(reader.read, one.unread + data, is_last=is_last)
        await _keep(tx, one, part, reader.state)
        one.received_bytes += len(data)
        one.update_time = tx.now
        if is_last:
            await _finish(tx, one)
    return one


async def _keep(tx: Tx, one: DatasetImport, part: Part, state: ReaderState) -> None:
    one.unread = part.rest
    one.reader_state = orjson.dumps(asdict(state)).decode()
    one.record_count = state.record_count
    _note(one, part.problems)
    if part.records:
        imports = DatasetImports(tx)
        first = await imports.last_number(one.id) + 1
        await imports.add_items(one.id, _by_column(part.records, first))


async def _finish(tx: Tx, one: DatasetImport) -> None:
    """Say what the file would change; it is decided anew when it is applied."""
    imports = DatasetImports(tx)
    repeated = await imports.drop_repeated_ids(one.id)
    _note(one, [Problem(line, "id", f"{item_id} has stood before") for line, item_id in repeated])
    counts = await imports.plan(one)
    one.added_count = counts.get("added", 0)
    one.changed_count = counts.get("changed", 0)
    one.unchanged_count = counts.get("unchanged", 0)
    one.state = ImportState.READY


def _note(one: DatasetImport, problems: Sequence[Problem]) -> None:
    one.problem_count += len(problems)
    one.problems = listed(one.problems, problems)


def _by_column(records: Sequence[Record], first: int) -> dict[str, list[object]]:
    contents = [record.content for record in records]
    return {
        "number": list(range(first, first + len(records))),
        "line": [record.line for record in records],
        "given_id": [record.item_id for record in records],
        "item_id": [record.item_id or new_id("dit") for record in records],
        "input": [content.input for content in contents],
        "expected": [content.expected for content in contents],
        "metadata": [content.metadata for content in contents],
        "content_hash": [content.content_hash for content in contents],
    }
