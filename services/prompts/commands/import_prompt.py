"""One prompt of ImportPrompts: the steps that its plan asks for, in one transaction.

Each step is the command that stands behind the REST door of the same name. So the rules that hold
there hold here: contents, archived prompts, label policies, histories, events.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from promptpilot.options.v1.options_pb2 import Permission
from services.kit.caller import Caller
from services.kit.errors import AppError, Conflict
from services.kit.ids import TenantId
from services.kit.work import Joined, Tx, UnitOfWork
from services.prompts.commands.archive_prompt import archive_prompt
from services.prompts.commands.create_prompt import create_prompt
from services.prompts.commands.create_prompt_version import create_prompt_version
from services.prompts.commands.label_moves import LabelWish
from services.prompts.commands.set_prompt_label import set_prompt_label
from services.prompts.commands.update_prompt import update_prompt
from services.prompts.errors import (
    LabelFrozen,
    LabelMoveDenied,
    LabelProtected,
    PromptNameTaken,
    ReasonRequired,
)
from services.prompts.repository.label_policies import LabelPolicies
from services.prompts.repository.transfers import Transfers
from services.prompts.rules.imports.checking import CheckedPrompt, refused
from services.prompts.rules.imports.plans import (
    Existing,
    ImportOptions,
    LabelMove,
    Outcome,
    Plan,
    plan,
)
from services.prompts.rules.label_policies import check_move

_NOT_ALLOWED: Final = "moving labels needs a permission that the caller does not hold"
_REFUSALS: Final = (LabelProtected, LabelFrozen, ReasonRequired, LabelMoveDenied, Conflict)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became, or would become, of a prompt of the file.

    `prompt_id` is "" where there is none; `refusals` are errors by the label that did not move.
    """

    prompt: CheckedPrompt
    plan: Plan
    prompt_id: str
    refusals: Mapping[str, AppError] = field(default_factory=dict)


async def look_at_prompts(
    work: UnitOfWork,
    tenant: TenantId,
    caller: Caller,
    prompts: Sequence[CheckedPrompt],
    options: ImportOptions,
) -> list[Imported]:
    """Say what importing these prompts would do now."""
    names = [prompt.name for prompt in prompts if not prompt.faults]
    async with work.begin(tenant) as tx:
        here = await Transfers(tx).existing(names)
        policies = await LabelPolicies(tx).about(names) if names else []
    told = []
    for prompt in prompts:
        planned = plan(prompt, here.get(prompt.name), options.labels)
        refusals = {}
        for move in planned.moves:
            try:
                _check_permission(caller)
                check_move(
                    policies,
                    caller.holds,
                    prompt=prompt.name,
                    label=move.label,
                    reason=options.reason,
                )
            except _REFUSALS as refusal:
                refusals[move.label] = refusal
        told.append(Imported(prompt, planned, _id_of(planned.existing), refusals))
    return told


async def import_prompt(
    work: UnitOfWork, tenant: TenantId, caller: Caller, seen: Imported, options: ImportOptions
) -> Imported:
    """Do what is to be done about a prompt that was looked at; what has changed since is seen.

    Raises what the commands raise, labels aside.
    """
    if seen.plan.existing is None:
        try:
            async with work.begin(tenant) as tx:
                return await _apply(tx, caller, seen.prompt, seen.plan, options)
        except PromptNameTaken:
            pass  # somebody made it since: now it is one that is here
    async with work.begin(tenant) as tx:
        here = await Transfers(tx).existing([seen.prompt.name], lock=True)
        planned = plan(seen.prompt, here.get(seen.prompt.name), options.labels)
        return await _apply(tx, caller, seen.prompt, planned, options)


def refused_prompt(prompt: CheckedPrompt, error: AppError, options: ImportOptions) -> Imported:
    """Say that a prompt is refused for what was found only when it was applied."""
    told = refused(prompt, error.message)
    return Imported(told, plan(told, None, options.labels), "")


async def _apply(
    tx: Tx, caller: Caller, prompt: CheckedPrompt, planned: Plan, options: ImportOptions
) -> Imported:
    prompt_id = _id_of(planned.existing)
    refusals: dict[str, AppError] = {}
    if planned.outcome in (Outcome.CREATED, Outcome.CHANGED):
        prompt_id = await _add_versions(tx, caller, prompt, planned)
        for move in planned.moves:
            refusal = await _move(tx, caller, prompt_id, move, options.reason)
            if refusal is not None:
                refusals[move.label] = refusal
        if planned.existing is None and prompt.is_archived:
            await archive_prompt(Joined(tx, tx.tenant), tx.tenant, reference=prompt_id)
    return Imported(prompt, planned, prompt_id, refusals)


async def _add_versions(tx: Tx, caller: Caller, prompt: CheckedPrompt, planned: Plan) -> str:
    """Create the prompt or say about it what the file says, and add versions; return its id."""
    tenant = tx.tenant
    joined = Joined(tx, tenant)
    added = list(planned.added)
    if planned.existing is None:
        first = prompt.versions[added.pop(0)]
        created, _ = await create_prompt(
            joined,
            tenant,
            caller.actor,
            name=prompt.name,
            description=prompt.description or "",
            tags=prompt.tags or (),
            draft=first.draft,
            note=first.note,
        )
        prompt_id = created.id
    else:
        prompt_id = planned.existing.prompt_id
        if planned.is_described_anew:
            await update_prompt(
                joined,
                tenant,
                caller,
                reference=prompt_id,
                name=None,
                description=planned.description,
                tags=planned.tags,
                etag="",
            )
    for index in added:
        version = prompt.versions[index]
        await create_prompt_version(
            joined,
            tenant,
            caller.actor,
            reference=prompt_id,
            draft=version.draft,
            note=version.note,
        )
    return prompt_id


async def _move(
    tx: Tx, caller: Caller, prompt_id: str, move: LabelMove, reason: str
) -> AppError | None:
    """Move a label; return what refuses it. Nothing was written then: the rest goes on."""
    try:
        _check_permission(caller)
        wish = LabelWish(prompt_id, move.label, reason)
        joined = Joined(tx, tx.tenant)
        await set_prompt_label(joined, tx.tenant, caller, wish, version=move.to_version)
    except _REFUSALS as refusal:
        return refusal
    return None


def _check_permission(caller: Caller) -> None:
    """Ask for what SetPromptLabel asks of its callers."""
    if not caller.holds(Permission.PERMISSION_PROMPTS_LABEL):
        raise LabelMoveDenied(_NOT_ALLOWED)


def _id_of(existing: Existing | None) -> str:
    return existing.prompt_id if existing else ""
