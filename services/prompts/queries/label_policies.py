"""Policies that protect labels."""

from collections.abc import Sequence

from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId, is_id
from services.kit.paging import cut_page, decode_token, encode_token, page_size
from services.kit.work import Work
from services.prompts.models import LabelPolicy
from services.prompts.repository.label_policies import LabelPolicies


async def get_label_policy(work: Work, tenant: TenantId, *, policy_id: str) -> LabelPolicy:
    """Return one policy. Raises LabelPolicyNotFound."""
    async with work.begin(tenant) as tx:
        return await LabelPolicies(tx).get(policy_id)


async def list_label_policies(
    work: Work, tenant: TenantId, *, size: int, token: str
) -> tuple[Sequence[LabelPolicy], str]:
    """Return a page of policies, oldest first, and the next one's token ("" at the end)."""
    limit, after = page_size(size), _id(token)
    async with work.begin(tenant) as tx:
        found = await LabelPolicies(tx).page(after, limit + 1)
    return cut_page(found, limit, lambda last: encode_token([last.id]))


def _id(token: str) -> str:
    match decode_token(token, parts=1):
        case None:
            return ""
        case [str(policy_id)] if is_id("lpo", policy_id):
            return policy_id
    raise InvalidArgument.of_field("page_token", "is not a token that this list gave out")
