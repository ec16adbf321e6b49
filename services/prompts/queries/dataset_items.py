"""What reads items of datasets: one, a page of them, or all as a file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId
from services.kit.paging import decode_token, encode_token, page_size
from services.kit.work import Tx, Work
from services.prompts.errors import DatasetInvalid
from services.prompts.models import Dataset, DatasetItem
from services.prompts.repository.dataset_items import DatasetItems, ItemFilter
from services.prompts.repository.datasets import Datasets
from services.prompts.rules.dataset_files.reading import FileFormat
from services.prompts.rules.dataset_files.writing import write_part
from services.prompts.rules.datasets import MOST_QUERY, ItemContent
from services.prompts.rules.violations import Violations

_PART_SIZE: Final = 500
_MOST_PART_SIZE: Final = 1_000


@dataclass(frozen=True, slots=True)
class FilePart:
    """A part of a dataset's version as a file; `token` is the next one's, "" at the end."""

    data: bytes
    version: int
    token: str


async def get_dataset_item(
    work: Work, tenant: TenantId, *, reference: str, item_id: str, version: int
) -> DatasetItem:
    """Return one item, as it is for version 0, or as a version has it.

    Raises DatasetNotFound, DatasetVersionNotFound, DatasetItemNotFound.
    """
    async with work.begin(tenant) as tx:
        dataset = await _dataset(tx, reference, version)
        return await DatasetItems(tx, dataset).get(item_id, version)


async def list_dataset_items(
    work: Work, tenant: TenantId, *, reference: str, only: ItemFilter, size: int, token: str
) -> tuple[Sequence[DatasetItem], str]:
    """Return a page of items in the order of their adding, and the next one's token.

    Raises DatasetInvalid, DatasetNotFound, DatasetVersionNotFound.
    """
    violations = Violations()
    violations.add_text("query", only.query, most=MOST_QUERY)
    if only.is_archived and only.version:
        violations.add("is_archived", "a version has no archived items: leave out version")
    violations.raise_as(DatasetInvalid)
    limit = page_size(size)
    after, _ = _place(token)
    async with work.begin(tenant) as tx:
        dataset = await _dataset(tx, reference, only.version)
        page, has_more = await DatasetItems(tx, dataset).page(only, after, limit)
    return page, encode_token([page[-1].position, only.version]) if has_more else ""


async def export_dataset(
    work: Work,
    tenant: TenantId,
    *,
    reference: str,
    file_format: FileFormat | None,
    version: int,
    size: int,
    token: str,
) -> FilePart:
    """Return a part of a version as a file. Later parts are of the version of the first.

    Raises DatasetInvalid, DatasetNotFound, DatasetVersionNotFound.
    """
    if file_format is None:
        raise DatasetInvalid.of_field("format", "must be csv, jsonl or json")
    limit = page_size(size, _PART_SIZE, _MOST_PART_SIZE)
    after, pinned = _place(token)
    async with work.begin(tenant) as tx:
        dataset = await _dataset(tx, reference, pinned or version)
        number = pinned or version or dataset.latest_version
        only = replace(ItemFilter(), version=number)
        page, has_more = await DatasetItems(tx, dataset).page(only, after, limit)
    items = [(item.id, ItemContent(item.input, item.expected, item.metadata_)) for item in page]
    data = write_part(file_format, items, is_first=not token, is_last=not has_more)
    return FilePart(data, number, encode_token([page[-1].position, number]) if has_more else "")


async def _dataset(tx: Tx, reference: str, version: int) -> Dataset:
    datasets = Datasets(tx)
    dataset = await datasets.get(reference)
    if version:
        await datasets.version(dataset, version)
    return dataset


def _place(token: str) -> tuple[int, int]:
    """Return after which position of which version a page begins."""
    match decode_token(token, parts=2):
        case None:
            return 0, 0
        case [int(position), int(version)] if position > 0 and 0 <= version < 2**31:
            return position, version
    raise InvalidArgument.of_field("page_token", "is not a token that this list gave out")
