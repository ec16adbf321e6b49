"""ApplyDatasetImport."""

from services.kit.ids import ActorId, TenantId
from services.kit.work import Tx, Work
from services.prompts.commands.dataset_changes import Change, add_version, writable
from services.prompts.models import Dataset, DatasetImport
from services.prompts.repository.dataset_imports import DatasetImports
from services.prompts.rules.dataset_imports import ImportState, check_appliable
from services.prompts.rules.datasets import Source


async def apply_dataset_import(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    reference: str,
    import_id: str,
    is_partial: bool,
) -> DatasetImport:
    """Make the next version of a file's items, all in one transaction; none if nothing changes.

    What becomes of each record is decided anew: the dataset may have changed since the file was
    read. Doing it twice is no error. Raises DatasetNotFound, DatasetArchived,
    DatasetImportNotFound, ImportNotReady, ImportHasProblems, DatasetFull.
    """
    async with work.begin(tenant) as tx:
        dataset = await writable(tx, reference)
        imports = DatasetImports(tx)
        one = await imports.get(dataset, import_id, lock=True)
        if one.state == ImportState.APPLIED:
            return one
        check_appliable(one.state, one.received_bytes, one.problem_count, is_partial=is_partial)
        counts = await imports.plan(one)
        one.added_count = counts.get("added", 0)
        one.changed_count = counts.get("changed", 0)
        one.unchanged_count = counts.get("unchanged", 0)
        if one.added_count + one.changed_count:
            await _make_version(tx, actor, dataset, one)
        await imports.drop_items(one.id)
        one.version = dataset.latest_version
        one.state = ImportState.APPLIED
        one.update_time = tx.now
    return one


async def _make_version(tx: Tx, actor: ActorId, dataset: Dataset, one: DatasetImport) -> None:
    imports = DatasetImports(tx)
    without, plus, back = await imports.hashes(one)
    change = Change(
        Source.IMPORT,
        without=without,
        plus=plus,
        added=one.added_count + back,
        changed=one.changed_count - back,
        file_name=one.file_name,
    )
    version = await add_version(tx, actor, dataset, change)
    await imports.make_items(one, version, dataset.last_position)
    dataset.last_position += one.added_count + one.changed_count
