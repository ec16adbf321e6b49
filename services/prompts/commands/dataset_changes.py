"""How every command that changes items makes the next version of their dataset."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.kit.ids import ActorId
from services.kit.work import Tx
from services.prompts import events
from services.prompts.errors import DatasetArchived, DatasetFull
from services.prompts.models import Dataset, DatasetVersion
from services.prompts.repository.datasets import Datasets
from services.prompts.rules.datasets import MOST_ITEMS, Source, folded


@dataclass(frozen=True, slots=True)
class Change:
    """What a version changes, by content hashes of the items that go and come.

    An item whose content changes is in both.
    """

    source: Source
    without: Sequence[str] = ()
    plus: Sequence[str] = ()
    added: int = 0
    changed: int = 0
    archived: int = 0
    file_name: str = ""


async def writable(tx: Tx, reference: str) -> Dataset:
    """Return the dataset, locked, to change its items. Raises DatasetNotFound, DatasetArchived."""
    dataset = await Datasets(tx).get(reference, lock=True)
    if dataset.archive_time is not None:
        raise DatasetArchived(
            f"dataset {dataset.name} is archived: bring it back to change its items",
            dataset=dataset.id,
        )
    return dataset


async def add_version(tx: Tx, actor: ActorId, dataset: Dataset, change: Change) -> DatasetVersion:
    """Write the next version of a locked dataset. Raises DatasetFull."""
    item_count = dataset.item_count + change.added - change.archived
    if item_count > MOST_ITEMS:
        raise DatasetFull(
            f"dataset {dataset.name} would have {item_count:,} items, a dataset has at most "
            f"{MOST_ITEMS:,}: make another one, or archive items",
            most=MOST_ITEMS,
        )
    dataset.item_count = item_count
    dataset.latest_version += 1
    dataset.content_hash = folded(dataset.content_hash, without=change.without, plus=change.plus)
    dataset.touch(tx.now)
    version = DatasetVersion(
        dataset_id=dataset.id,
        number=dataset.latest_version,
        item_count=item_count,
        added_count=change.added,
        changed_count=change.changed,
        archived_count=change.archived,
        content_hash=dataset.content_hash,
        source=change.source,
        file_name=change.file_name,
        actor_id=actor,
        create_time=tx.now,
    )
    await Datasets(tx).add_version(version)
    tx.emit(events.dataset_version_created(version))
    return version
