"""CreateDataset."""

from services.kit.ids import TenantId, new_id
from services.kit.work import Work
from services.prompts import events
from services.prompts.errors import DatasetInvalid
from services.prompts.models import Dataset
from services.prompts.repository.datasets import Datasets
from services.prompts.rules import datasets as rules
from services.prompts.rules.violations import Violations


async def create_dataset(
    work: Work, tenant: TenantId, *, name: str, description: str, metadata_json: str
) -> Dataset:
    """Create a dataset without items. Raises DatasetInvalid, DatasetNameTaken."""
    violations = Violations()
    rules.check_name(name, "name", violations)
    rules.check_description(description, "description", violations)
    metadata = rules.check_metadata(metadata_json, "metadata_json", violations)
    violations.raise_as(DatasetInvalid)
    async with work.begin(tenant) as tx:
        dataset = Dataset(
            id=new_id("dst"),
            name=name,
            description=description,
            metadata_=metadata,
            latest_version=0,
            item_count=0,
            content_hash=rules.folded(""),
            last_position=0,
            revision=1,
            create_time=tx.now,
            update_time=tx.now,
            archive_time=None,
        )
        await Datasets(tx).save(dataset)
        tx.emit(events.dataset_created(dataset))
    return dataset
