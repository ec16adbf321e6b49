"""UpdateLabelPolicy."""

from dataclasses import dataclass, fields

from services.kit.caller import Caller
from services.kit.ids import TenantId
from services.kit.work import Work
from services.prompts import events
from services.prompts.errors import PromptInvalid
from services.prompts.models import LabelPolicy
from services.prompts.repository.label_policies import LabelPolicies
from services.prompts.rules.label_policies import LabelRole, check_change, check_policy
from services.prompts.rules.prompts import check_etag
from services.prompts.rules.violations import Violations


@dataclass(frozen=True, slots=True)
class PolicyChanges:
    """What is to change of a policy; None leaves a field as it is."""

    label_pattern: str | None = None
    prompt_prefix: str | None = None
    minimum_role: LabelRole | None = None
    is_reason_required: bool | None = None
    is_frozen: bool | None = None
    freeze_reason: str | None = None


async def update_label_policy(
    work: Work,
    tenant: TenantId,
    caller: Caller,
    *,
    policy_id: str,
    changes: PolicyChanges,
    etag: str,
) -> LabelPolicy:
    """Change a policy; lifting a freeze clears its reason. An empty etag: last write wins.

    Moves that are on their way are finished first. Raises PromptInvalid, LabelPolicyNotFound,
    LabelProtected for who has less than the role that the policy asks for, EtagMismatch,
    LabelPolicyExists.
    """
    async with work.begin(tenant) as tx:
        policies = LabelPolicies(tx)
        policy = await policies.get(policy_id, lock=True)
        check_change(policy, caller.holds)
        check_etag(etag, policy.id, policy.revision)
        _apply(policy, changes)
        violations = Violations()
        check_policy(policy, violations)
        violations.raise_as(PromptInvalid)
        policy.revision += 1
        policy.update_time, policy.actor_id = tx.now, caller.actor
        await policies.save(policy)
        tx.emit(events.label_policy_updated(policy))
    return policy


def _apply(policy: LabelPolicy, changes: PolicyChanges) -> None:
    for field in fields(changes):
        value = getattr(changes, field.name)
        if value is not None:
            setattr(policy, field.name, value)
    if changes.is_frozen is False and changes.freeze_reason is None:
        policy.freeze_reason = ""
