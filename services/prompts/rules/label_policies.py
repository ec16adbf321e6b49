"""Who may move which labels, by policy.

Only the caller's permissions are known here, not its role. So a policy's minimum role stands for a
permission that this role and those above it hold and those below do not; whoever holds that
permission, by whatever role or key, may move the label.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from promptpilot.options.v1.options_pb2 import Permission
from services.kit.errors import FieldViolation
from services.prompts.errors import LabelFrozen, LabelProtected, ReasonRequired
from services.prompts.models import LabelPolicy
from services.prompts.rules.prompts import LATEST
from services.prompts.rules.violations import Violations

MOST_POLICIES: Final = 200
MOST_REASON: Final = 500

# Tells whether the caller holds a permission, by its number.
Holds = Callable[[int], bool]

_PATTERN: Final = re.compile(r"[a-z0-9*][a-z0-9_.*-]{0,35}\Z")
_PREFIX: Final = re.compile(r"(?:[a-z0-9][a-z0-9_./-]{0,127})?\Z")


class LabelRole(StrEnum):
    """Roles that may move labels, each above the one before."""

    EDITOR = "editor"
    ADMIN = "admin"
    OWNER = "owner"


_PERMISSION: Final[Mapping[LabelRole, int]] = {
    LabelRole.EDITOR: Permission.PERMISSION_PROMPTS_LABEL,
    LabelRole.ADMIN: Permission.PERMISSION_PROMPTS_PROTECT,
    LabelRole.OWNER: Permission.PERMISSION_TENANT_OWN,
}
_RANK: Final = {role: rank for rank, role in enumerate(LabelRole)}


@dataclass(frozen=True, slots=True)
class Protection:
    """What the policies that cover a label ask together. `frozen_by` is None when none freezes."""

    policies: Sequence[LabelPolicy]
    strictest: LabelPolicy
    frozen_by: LabelPolicy | None
    asks_reason: LabelPolicy | None

    @property
    def minimum_role(self) -> LabelRole:
        """The highest role that any of them asks for."""
        return LabelRole(self.strictest.minimum_role)


def matches(pattern: str, label: str) -> bool:
    """Tell whether the label fits, each * standing for any characters; in linear time."""
    first, *rest = pattern.split("*")
    if not rest:
        return label == pattern
    if not label.startswith(first):
        return False
    *middle, last = rest
    at = len(first)
    for part in middle:
        found = label.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(label) - at >= len(last) and label.endswith(last)


def protection_of(policies: Iterable[LabelPolicy], prompt: str, label: str) -> Protection | None:
    """Return what covers the label of the prompt of this name; None when nothing does."""
    covering = [policy for policy in policies if _covers(policy, prompt, label)]
    if not covering:
        return None
    return Protection(
        policies=covering,
        strictest=max(covering, key=lambda policy: _RANK[LabelRole(policy.minimum_role)]),
        frozen_by=next((policy for policy in covering if policy.is_frozen), None),
        asks_reason=next((policy for policy in covering if policy.is_reason_required), None),
    )


def may_move(protection: Protection | None, holds: Holds) -> bool:
    """Tell whether somebody could move the label now, given a reason."""
    if protection is None:
        return holds(_PERMISSION[LabelRole.EDITOR])
    return protection.frozen_by is None and holds(_PERMISSION[protection.minimum_role])


def check_move(
    policies: Iterable[LabelPolicy],
    holds: Holds,
    *,
    prompt: str,
    label: str,
    reason: str = "",
    is_rename: bool = False,
) -> None:
    """Let a move of the label pass, or say which policy forbids it and who may do it.

    `is_rename`: the prompt gets another name, which has no place for a reason; none is asked.
    Raises LabelProtected, LabelFrozen, ReasonRequired.
    """
    protection = protection_of(policies, prompt, label)
    if protection is None:
        return
    what = f"the label {label} of {prompt}"
    if not holds(_PERMISSION[protection.minimum_role]):
        policy = protection.strictest
        raise LabelProtected(
            f"{what} is protected by the policy {_described(policy)}: "
            f"{'renaming its prompt' if is_rename else 'moving it'} needs the role "
            f"{protection.minimum_role}",
            policy=policy.id,
            minimum_role=protection.minimum_role,
        )
    if protection.frozen_by is not None:
        policy = protection.frozen_by
        raise LabelFrozen(
            f"{what} is frozen by the policy {_described(policy)}: {policy.freeze_reason}",
            policy=policy.id,
        )
    if protection.asks_reason is not None and not is_rename and not reason.strip():
        policy = protection.asks_reason
        asked = f"the policy {_described(policy)} asks why {what} is moved"
        raise ReasonRequired(asked, violations=[FieldViolation("reason", asked)], policy=policy.id)


def check_change(policy: LabelPolicy, holds: Holds) -> None:
    """Raise LabelProtected when a policy, as it is, asks for a role above the caller's."""
    role = LabelRole(policy.minimum_role)
    if not holds(_PERMISSION[role]):
        raise LabelProtected(
            f"the policy {_described(policy)} asks for the role {role}: so does changing it",
            policy=policy.id,
            minimum_role=role,
        )


def check_reason(reason: str, field: str, violations: Violations) -> None:
    """Note the field unless it can say why a label is moved or frozen; it may be empty."""
    violations.add_text(field, reason, most=MOST_REASON)


def check_policy(policy: LabelPolicy, violations: Violations) -> None:
    """Note each field at fault of a policy that is to be saved."""
    if _PATTERN.match(policy.label_pattern) is None:
        violations.add(
            "label_pattern",
            "must be 1..36 of a-z, 0-9, _, ., - and * for any characters, starting with a letter, "
            "digit or *",
        )
    elif policy.label_pattern == LATEST:
        violations.add("label_pattern", f"{LATEST} always is the newest version: nobody moves it")
    if _PREFIX.match(policy.prompt_prefix) is None:
        violations.add(
            "prompt_prefix",
            "must be empty, or how names of prompts start: at most 128 of a-z, 0-9, _, ., -, /, "
            "starting with a letter or digit",
        )
    check_reason(policy.freeze_reason, "freeze_reason", violations)
    if policy.is_frozen and not policy.freeze_reason.strip():
        violations.add("freeze_reason", "say why: everybody who is refused reads it")
    if policy.freeze_reason and not policy.is_frozen:
        violations.add("freeze_reason", "belongs to a freeze: set is_frozen, or leave it empty")


def _covers(policy: LabelPolicy, prompt: str, label: str) -> bool:
    return (
        label != LATEST
        and prompt.startswith(policy.prompt_prefix)
        and matches(policy.label_pattern, label)
    )


def _described(policy: LabelPolicy) -> str:
    where = f" on {policy.prompt_prefix}…" if policy.prompt_prefix else ""
    return f"{policy.label_pattern}{where} ({policy.id})"
