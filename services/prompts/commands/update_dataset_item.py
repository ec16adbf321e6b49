"""UpdateDatasetItem."""

from dataclasses import dataclass

from services.kit.ids import ActorId, TenantId
from services.kit.work import Work
from services.prompts.commands.dataset_changes import Change, add_version, writable
from services.prompts.errors import DatasetInvalid
from services.prompts.models import DatasetItem
from services.prompts.repository.dataset_items import DatasetItems
from services.prompts.rules import datasets as rules
from services.prompts.rules.violations import Violations


@dataclass(frozen=True, slots=True)
class ItemChanges:
    """What is to change of an item; None leaves a field as it is, JSON null empties it."""

    input_json: str | None = None
    expected_json: str | None = None
    metadata_json: str | None = None
    is_archived: bool | None = None


async def update_dataset_item(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    reference: str,
    item_id: str,
    changes: ItemChanges,
    etag: str,
) -> DatasetItem:
    """Change an item, archive it or bring it back: so it is from the next version on.

    Where nothing changes no version is made. An empty etag: last write wins. Raises
    DatasetInvalid, DatasetNotFound, DatasetArchived, DatasetItemNotFound, EtagMismatch,
    DatasetFull.
    """
    async with work.begin(tenant) as tx:
        dataset = await writable(tx, reference)
        items = DatasetItems(tx, dataset)
        item = await items.get(item_id)
        rules.check_etag(etag, "item", item.id, item.from_version)
        content = _content(item, changes)
        is_archived = item.is_archived if changes.is_archived is None else changes.is_archived
        if content.content_hash == item.content_hash and is_archived == item.is_archived:
            return item
        change = Change(
            rules.Source.EDIT,
            without=[] if item.is_archived else [item.content_hash],
            plus=[] if is_archived else [content.content_hash],
            added=int(item.is_archived and not is_archived),
            changed=int(not item.is_archived and not is_archived),
            archived=int(is_archived and not item.is_archived),
        )
        version = await add_version(tx, actor, dataset, change)
        after = DatasetItem(
            dataset_id=dataset.id,
            id=item.id,
            from_version=version.number,
            to_version=None,
            position=item.position,
            input=content.input,
            expected=content.expected,
            metadata_=content.metadata,
            content_hash=content.content_hash,
            is_archived=is_archived,
            source_run_id=item.source_run_id,
            source_step_id=item.source_step_id,
            create_time=item.create_time,
            update_time=tx.now,
            actor_id=actor,
        )
        await items.replace(item, after)
    return after


def _content(item: DatasetItem, changes: ItemChanges) -> rules.ItemContent:
    """Return the item's content with the changes in it. Raises DatasetInvalid."""
    violations = Violations()
    content = rules.check_content(
        item.input if changes.input_json is None else changes.input_json,
        item.expected if changes.expected_json is None else changes.expected_json,
        item.metadata_ if changes.metadata_json is None else changes.metadata_json,
        violations,
    )
    violations.raise_as(DatasetInvalid)
    return content
