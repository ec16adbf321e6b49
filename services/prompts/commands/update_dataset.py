"""UpdateDataset."""

from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.errors import DatasetInvalid
from services.prompts.models import Dataset
from services.prompts.repository.datasets import Datasets
from services.prompts.rules import datasets as rules
from services.prompts.rules.violations import Violations


async def update_dataset(
    work: Work,
    tenant: TenantId,
    *,
    reference: str,
    name: str | None,
    description: str | None,
    metadata_json: str | None,
    etag: str,
) -> Dataset:
    """Change name, description or metadata; None leaves one as it is.

    An empty etag: last write wins. Raises DatasetInvalid, DatasetNotFound, EtagMismatch,
    DatasetNameTaken.
    """
    violations = Violations()
    if name is not None:
        rules.check_name(name, "name", violations)
    if description is not None:
        rules.check_description(description, "description", violations)
    metadata = rules.check_metadata(metadata_json or "", "metadata_json", violations)
    violations.raise_as(DatasetInvalid)
    async with work.begin(tenant) as tx:
        datasets = Datasets(tx)
        dataset = await datasets.get(reference, lock=True)
        rules.check_etag(etag, "dataset", dataset.id, dataset.revision)
        dataset.name = dataset.name if name is None else name
        dataset.description = dataset.description if description is None else description
        dataset.metadata_ = dataset.metadata_ if metadata_json is None else metadata
        dataset.touch(tx.now)
        await datasets.save(dataset)
        tx.emit(events.dataset_updated(dataset))
    return dataset
