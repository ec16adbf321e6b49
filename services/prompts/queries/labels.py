"""Labels of a prompt, and their histories."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId
from services.kit.paging import cut_page, decode_token, encode_token, number_key, page_size
from services.kit.work import Work
from services.prompts.errors import LabelNotFound
from services.prompts.models import PromptLabelEvent
from services.prompts.repository.label_policies import LabelPolicies
from services.prompts.repository.labels import Labels, LabelState
from services.prompts.repository.prompts import Prompts
from services.prompts.rules.label_policies import Protection, protection_of
from services.prompts.rules.prompts import check_label


@dataclass(frozen=True, slots=True)
class ProtectedLabel:
    """A label, where a rollback would take it, and what protects it."""

    state: LabelState
    protection: Protection | None


async def list_prompt_labels(
    work: Work, tenant: TenantId, *, reference: str, size: int, token: str
) -> tuple[Sequence[ProtectedLabel], str]:
    """Return a page of labels by name, and the next one's token. Raises PromptNotFound."""
    limit, after = page_size(size), _name(token)
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference)
        found = await Labels(tx).page(prompt.id, after, limit + 1)
        policies = await LabelPolicies(tx).about([prompt.name])
    labels = [
        ProtectedLabel(state, protection_of(policies, prompt.name, state.label.label))
        for state in found
    ]
    return cut_page(labels, limit, lambda last: encode_token([last.state.label.label]))


async def list_prompt_label_history(
    work: Work, tenant: TenantId, *, reference: str, label: str, size: int, token: str
) -> tuple[Sequence[PromptLabelEvent], str]:
    """Return a page of what happened, newest first, and the next one's token ("" at the end).

    Of all labels for label "". Raises LabelReserved for `latest`, whose history is the list of
    versions; PromptNotFound; LabelNotFound for a label that the prompt never had.
    """
    if label:
        check_label(label)
    limit, before = page_size(size), number_key(token)
    async with work.begin(tenant) as tx:
        prompt = await Prompts(tx).get(reference)
        found = await Labels(tx).history_page(prompt.id, label, before, limit + 1)
    if label and not found and before is None:
        raise LabelNotFound.of(prompt.name, label)
    return cut_page(found, limit, lambda last: encode_token([last.sequence]))


def _name(token: str) -> str:
    match decode_token(token, parts=1):
        case None:
            return ""
        case [str(name)]:
            return name
    raise InvalidArgument.of_field("page_token", "is not a token that this list gave out")
