"""CreateDatasetItem."""

from dataclasses import dataclass

from services.kit.ids import ActorId, TenantId, new_id
from services.kit.work import Work
from services.prompts.commands.dataset_changes import Change, add_version, writable
from services.prompts.errors import DatasetInvalid, DatasetItemExists
from services.prompts.models import DatasetItem
from services.prompts.repository.dataset_items import DatasetItems
from services.prompts.rules import datasets as rules
from services.prompts.rules.violations import Violations


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """An item that nobody has checked. An empty id: one is made; an empty text: null."""

    item_id: str
    input_json: str
    expected_json: str
    metadata_json: str
    source_run_id: str
    source_step_id: str


async def create_dataset_item(
    work: Work, tenant: TenantId, actor: ActorId, *, reference: str, draft: ItemDraft
) -> DatasetItem:
    """Add one item: it is in the next version. Writers of one dataset wait for each other.

    Raises DatasetInvalid, DatasetNotFound, DatasetArchived, DatasetItemExists, DatasetFull.
    """
    violations = Violations()
    if draft.item_id:
        rules.check_item_id(draft.item_id, "id", violations)
    rules.check_source(draft.source_run_id, draft.source_step_id, violations)
    content = rules.check_content(
        draft.input_json, draft.expected_json, draft.metadata_json, violations
    )
    violations.raise_as(DatasetInvalid)
    async with work.begin(tenant) as tx:
        dataset = await writable(tx, reference)
        items = DatasetItems(tx, dataset)
        if draft.item_id and await items.find(draft.item_id) is not None:
            raise DatasetItemExists(
                f"dataset {dataset.name} has an item {draft.item_id} already: change that one",
                item=draft.item_id,
            )
        change = Change(rules.Source.EDIT, plus=[content.content_hash], added=1)
        version = await add_version(tx, actor, dataset, change)
        dataset.last_position += 1
        item = DatasetItem(
            dataset_id=dataset.id,
            id=draft.item_id or new_id("dit"),
            from_version=version.number,
            to_version=None,
            position=dataset.last_position,
            input=content.input,
            expected=content.expected,
            metadata_=content.metadata,
            content_hash=content.content_hash,
            is_archived=False,
            source_run_id=draft.source_run_id,
            source_step_id=draft.source_step_id,
            create_time=tx.now,
            update_time=tx.now,
            actor_id=actor,
        )
        await items.add(item)
    return item
