"""What programs ask that keep prompts by name: a version with its prompt, and the index."""

from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId
from services.kit.paging import page_size
from services.kit.work import Work
from services.prompts.errors import LabelNotFound
from services.prompts.models import Prompt, PromptVersion
from services.prompts.repository.prompt_index import IndexEntry, IndexFilter, PromptIndex
from services.prompts.repository.prompts import Prompts, Reference
from services.prompts.rules.prompts import DEFAULT_LABEL

MOST_PER_PAGE = 100
_MOST_FILTER_CHARACTERS = 200
_MOST_PAGE = 1_000_000


async def get_referenced_version(
    work: Work, tenant: TenantId, *, reference: Reference
) -> tuple[Prompt, PromptVersion]:
    """Return the version that a reference stands for, and its prompt with all labels.

    The label is looked up among those that are returned, so that they never contradict each other.
    Raises PromptNotFound, LabelNotFound, PromptVersionNotFound.
    """
    async with work.begin(tenant) as tx:
        prompts = Prompts(tx)
        prompt = await prompts.get(reference.prompt)
        number = reference.version or _labelled(prompt, reference.label or DEFAULT_LABEL)
        return prompt, await prompts.version(prompt.id, number)


async def get_prompt_index(
    work: Work, tenant: TenantId, *, only: IndexFilter, size: int, page_number: int
) -> tuple[list[IndexEntry], int]:
    """Return one page of the index, and how many entries all pages have."""
    limit = page_size(size, most=MOST_PER_PAGE)
    number = page_number or 1
    if not 1 <= number <= _MOST_PAGE:
        raise InvalidArgument.of_field("page_number", f"must be 1..{_MOST_PAGE:,}")
    for field, text in (("name", only.name), ("label", only.label), ("tag", only.tag)):
        if len(text) > _MOST_FILTER_CHARACTERS or "\0" in text:
            raise InvalidArgument.of_field(
                field, f"must have at most {_MOST_FILTER_CHARACTERS} characters, none of them NUL"
            )
    async with work.begin(tenant) as tx:
        return await PromptIndex(tx).page(only, (number - 1) * limit, limit)


def _labelled(prompt: Prompt, label: str) -> int:
    for row in prompt.labels:
        if row.label == label:
            return row.version
    raise LabelNotFound.of(prompt.name, label)
