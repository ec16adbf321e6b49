"""DeleteLabelPolicy."""

from services.kit.caller import Caller
from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.repository.label_policies import LabelPolicies
from services.prompts.rules.label_policies import check_change


async def delete_label_policy(
    work: Work, tenant: TenantId, caller: Caller, *, policy_id: str
) -> None:
    """Remove a policy.

    Raises LabelPolicyNotFound, LabelProtected for who has less than the role that it asks for.
    """
    async with work.begin(tenant) as tx:
        policies = LabelPolicies(tx)
        policy = await policies.get(policy_id, lock=True)
        check_change(policy, caller.holds)
        await policies.delete(policy)
        tx.emit(events.label_policy_deleted(policy))
