"""CreateLabelPolicy."""

from services.kit.ids import ActorId, TenantId, new_id
from services.kit.work import Work
from services.prompts import events
from services.prompts.errors import PromptInvalid
from services.prompts.models import LabelPolicy
from services.prompts.repository.label_policies import LabelPolicies
from services.prompts.rules.label_policies import LabelRole, check_policy
from services.prompts.rules.violations import Violations


async def create_label_policy(
    work: Work,
    tenant: TenantId,
    actor: ActorId,
    *,
    label_pattern: str,
    prompt_prefix: str,
    minimum_role: LabelRole,
    is_reason_required: bool,
    is_frozen: bool,
    freeze_reason: str,
) -> LabelPolicy:
    """Protect labels: every move that begins after the answer is asked.

    It may ask for a higher role than the creator's: what is protected more harms nobody's work but
    the creator's own. Raises PromptInvalid, LabelPolicyExists, TooManyLabelPolicies.
    """
    async with work.begin(tenant) as tx:
        policy = LabelPolicy(
            id=new_id("lpo"),
            label_pattern=label_pattern,
            prompt_prefix=prompt_prefix,
            minimum_role=minimum_role,
            is_reason_required=is_reason_required,
            is_frozen=is_frozen,
            freeze_reason=freeze_reason,
            revision=1,
            create_time=tx.now,
            update_time=tx.now,
            actor_id=actor,
        )
        violations = Violations()
        check_policy(policy, violations)
        violations.raise_as(PromptInvalid)
        await LabelPolicies(tx).add(policy)
        tx.emit(events.label_policy_created(policy))
    return policy
