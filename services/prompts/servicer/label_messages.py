"""Labels, their histories and policies, between the contract's messages and ours."""

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.commands.label_moves import LabelWish
from services.prompts.commands.update_label_policy import PolicyChanges
from services.prompts.models import LabelPolicy, PromptLabelEvent
from services.prompts.queries.labels import ProtectedLabel
from services.prompts.rules import prompts as rules
from services.prompts.rules.label_history import Change
from services.prompts.rules.label_policies import Holds, LabelRole, Protection, may_move
from services.prompts.servicer.answers import timestamp

_ROLES = {
    LabelRole.EDITOR: pb.LABEL_ROLE_EDITOR,
    LabelRole.ADMIN: pb.LABEL_ROLE_ADMIN,
    LabelRole.OWNER: pb.LABEL_ROLE_OWNER,
}
_ROLES_IN = {number: role for role, number in _ROLES.items()}
_CHANGES = {
    Change.SET: pb.LABEL_CHANGE_SET,
    Change.REMOVED: pb.LABEL_CHANGE_REMOVED,
    Change.ROLLED_BACK: pb.LABEL_CHANGE_ROLLED_BACK,
    Change.RECORDED: pb.LABEL_CHANGE_RECORDED,
}


def wish(
    request: pb.SetPromptLabelRequest | pb.DeletePromptLabelRequest | pb.RollBackPromptLabelRequest,
) -> LabelWish:
    """Read what somebody says who changes a label."""
    return LabelWish(
        prompt=request.prompt_id,
        label=request.label,
        reason=request.reason,
        expected_version=(
            request.expected_version if request.HasField("expected_version") else None
        ),
    )


def role(number: "pb.LabelRole.ValueType") -> LabelRole:
    """Read a role; one that is not said, or not known yet, is the lowest."""
    return _ROLES_IN.get(number, LabelRole.EDITOR)


def policy_changes(request: pb.UpdateLabelPolicyRequest) -> PolicyChanges:
    """Read what of a policy is to change."""
    has = request.HasField
    return PolicyChanges(
        label_pattern=request.label_pattern if has("label_pattern") else None,
        prompt_prefix=request.prompt_prefix if has("prompt_prefix") else None,
        minimum_role=role(request.minimum_role) if has("minimum_role") else None,
        is_reason_required=request.is_reason_required if has("is_reason_required") else None,
        is_frozen=request.is_frozen if has("is_frozen") else None,
        freeze_reason=request.freeze_reason if has("freeze_reason") else None,
    )


def policy(row: LabelPolicy) -> pb.LabelPolicy:
    """Translate a policy."""
    return pb.LabelPolicy(
        id=row.id,
        label_pattern=row.label_pattern,
        prompt_prefix=row.prompt_prefix,
        minimum_role=_ROLES[LabelRole(row.minimum_role)],
        is_reason_required=row.is_reason_required,
        is_frozen=row.is_frozen,
        freeze_reason=row.freeze_reason,
        create_time=timestamp(row.create_time),
        update_time=timestamp(row.update_time),
        actor_id=row.actor_id,
        etag=rules.etag(row.id, row.revision),
    )


def event(row: PromptLabelEvent) -> pb.PromptLabelEvent:
    """Translate an event of a label's history."""
    return pb.PromptLabelEvent(
        sequence=row.sequence,
        label=row.label,
        change=_CHANGES[Change(row.change)],
        from_version=row.from_version,
        to_version=row.to_version,
        reason=row.reason,
        actor_id=row.actor_id,
        create_time=timestamp(row.create_time),
    )


def state(found: ProtectedLabel, holds: Holds) -> pb.PromptLabelState:
    """Translate a label with what somebody of these permissions can do to it."""
    row, protection = found.state.label, found.protection
    return pb.PromptLabelState(
        label=row.label,
        version=row.version,
        update_time=timestamp(row.update_time),
        actor_id=row.actor_id,
        rollback_version=found.state.rollback_version,
        protection=_protection(protection, holds) if protection else None,
    )


def _protection(protection: Protection, holds: Holds) -> pb.LabelProtection:
    frozen_by = protection.frozen_by
    return pb.LabelProtection(
        policy_ids=[one.id for one in protection.policies],
        minimum_role=_ROLES[protection.minimum_role],
        is_frozen=frozen_by is not None,
        freeze_reason=frozen_by.freeze_reason if frozen_by else "",
        is_reason_required=protection.asks_reason is not None,
        may_move=may_move(protection, holds),
    )
