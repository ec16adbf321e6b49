"""What reads datasets, their versions and imports."""

from collections.abc import Sequence

from services.kit.ids import TenantId
from services.kit.paging import TimeKey, cut_page, encode_token, number_key, page_size, time_key
from services.kit.work import Work
from services.prompts.errors import DatasetInvalid
from services.prompts.models import Dataset, DatasetImport, DatasetVersion
from services.prompts.repository.dataset_imports import DatasetImports
from services.prompts.repository.datasets import DatasetFilter, Datasets
from services.prompts.rules.datasets import MOST_QUERY
from services.prompts.rules.violations import Violations


async def get_dataset(work: Work, tenant: TenantId, *, reference: str) -> Dataset:
    """Return one dataset. Raises DatasetNotFound."""
    async with work.begin(tenant) as tx:
        return await Datasets(tx).get(reference)


async def list_datasets(
    work: Work, tenant: TenantId, *, only: DatasetFilter, size: int, token: str
) -> tuple[Sequence[Dataset], str]:
    """Return a page of datasets, last changed first, and the next one's token ("" at the end)."""
    violations = Violations()
    violations.add_text("query", only.query, most=MOST_QUERY)
    violations.raise_as(DatasetInvalid)
    limit, after = page_size(size), time_key(token, "dst")
    async with work.begin(tenant) as tx:
        found = await Datasets(tx).page(only, after, limit + 1)
    return cut_page(found, limit, lambda last: TimeKey(last.update_time, last.id).token())


async def get_dataset_version(
    work: Work, tenant: TenantId, *, reference: str, number: int
) -> DatasetVersion:
    """Return one version. Raises DatasetNotFound, DatasetVersionNotFound."""
    async with work.begin(tenant) as tx:
        datasets = Datasets(tx)
        return await datasets.version(await datasets.get(reference), number)


async def list_dataset_versions(
    work: Work, tenant: TenantId, *, reference: str, size: int, token: str
) -> tuple[Sequence[DatasetVersion], str]:
    """Return a page of versions, newest first, and the next one's token ("" at the end)."""
    limit, before = page_size(size), number_key(token)
    async with work.begin(tenant) as tx:
        datasets = Datasets(tx)
        found = await datasets.versions_page(await datasets.get(reference), before, limit + 1)
    return cut_page(found, limit, lambda last: encode_token([last.number]))


async def get_dataset_import(
    work: Work, tenant: TenantId, *, reference: str, import_id: str
) -> DatasetImport:
    """Return one import. Raises DatasetNotFound, DatasetImportNotFound."""
    async with work.begin(tenant) as tx:
        return await DatasetImports(tx).get(await Datasets(tx).get(reference), import_id)
