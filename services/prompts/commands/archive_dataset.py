"""ArchiveDataset and UnarchiveDataset."""

from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.models import Dataset
from services.prompts.repository.datasets import Datasets


async def archive_dataset(work: Work, tenant: TenantId, *, reference: str) -> Dataset:
    """Hide a dataset from lists and refuse changes of its items; its versions are still read.

    Doing it twice is no error. Raises DatasetNotFound.
    """
    async with work.begin(tenant) as tx:
        dataset = await Datasets(tx).get(reference, lock=True)
        if dataset.archive_time is None:
            dataset.archive_time = tx.now
            dataset.touch(tx.now)
            tx.emit(events.dataset_archived(dataset))
    return dataset


async def unarchive_dataset(work: Work, tenant: TenantId, *, reference: str) -> Dataset:
    """Bring an archived dataset back. Doing it twice is no error. Raises DatasetNotFound."""
    async with work.begin(tenant) as tx:
        dataset = await Datasets(tx).get(reference, lock=True)
        if dataset.archive_time is not None:
            dataset.archive_time = None
            dataset.touch(tx.now)
            tx.emit(events.dataset_unarchived(dataset))
    return dataset
