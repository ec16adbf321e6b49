"""What setting, removing and rolling back a label have in common: every change writes an event."""

from dataclasses import dataclass

from services.kit.caller import Caller
from services.kit.ids import ActorId
from services.kit.work import Tx
from services.prompts import events
from services.prompts.errors import PromptInvalid
from services.prompts.models import Prompt, PromptLabel, PromptLabelEvent
from services.prompts.repository.label_policies import LabelPolicies
from services.prompts.repository.labels import Labels
from services.prompts.repository.prompts import Prompts
from services.prompts.rules import label_policies
from services.prompts.rules.label_history import Change, Trail, check_expected
from services.prompts.rules.prompts import check_label
from services.prompts.rules.violations import Violations


@dataclass(frozen=True, slots=True)
class LabelWish:
    """What everybody says who changes a label.

    `prompt` is an id or a name; `expected_version` is where the caller believes the label points
    (0: nowhere), None when that does not matter.
    """

    prompt: str
    label: str
    reason: str = ""
    expected_version: int | None = None

    def check(self) -> None:
        """Raise LabelReserved for `latest`, PromptInvalid for a faulty label or reason."""
        check_label(self.label)
        violations = Violations()
        label_policies.check_reason(self.reason, "reason", violations)
        violations.raise_as(PromptInvalid)


@dataclass(frozen=True, slots=True)
class Standing:
    """A label before it is changed, its prompt locked. `row` is None while it is not set."""

    prompt: Prompt
    row: PromptLabel | None
    trail: Trail

    @property
    def version(self) -> int:
        """Where the label points; 0: nowhere."""
        return self.row.version if self.row else 0


async def find_standing(tx: Tx, wish: LabelWish) -> Standing:
    """Lock the prompt and return where its label stands. Raises PromptNotFound."""
    prompts = Prompts(tx)
    prompt = await prompts.get(wish.prompt, lock=True)
    row = await prompts.label(prompt, wish.label)
    trail = await Labels(tx).trail(prompt.id, wish.label)
    standing = Standing(prompt, row, trail)
    if standing.version == trail.version:
        return standing
    # A process from before histories moved it, while the tenant was migrated already.
    actor, time = (row.actor_id, row.update_time) if row else ("", tx.now)
    event = _event(standing, wish.label, Change.RECORDED, trail.version, standing.version)
    event.rolls_back_to = trail.way_back_from(standing.version)
    event.actor_id, event.create_time = actor, time
    await Labels(tx).add_event(event)
    return Standing(prompt, row, await Labels(tx).trail(prompt.id, wish.label))


async def check_may_move(tx: Tx, caller: Caller, standing: Standing, wish: LabelWish) -> None:
    """Ask the policies, then whether the label is where the caller believes.

    Raises LabelProtected, LabelFrozen, ReasonRequired, LabelMoved.
    """
    name = standing.prompt.name
    policies = await LabelPolicies(tx).about([name], lock=True)
    label_policies.check_move(
        policies, caller.holds, prompt=name, label=wish.label, reason=wish.reason
    )
    check_expected(wish.label, standing.version, wish.expected_version)


async def point_label(
    tx: Tx,
    actor: ActorId,
    standing: Standing,
    wish: LabelWish,
    *,
    change: Change,
    version: int,
    rolls_back_to: int | None,
) -> PromptLabel:
    """Point the label at another version: the row, its event in the history, and to the world."""
    event = _event(standing, wish.label, change, standing.version, version)
    event.rolls_back_to, event.reason = rolls_back_to, wish.reason
    event.actor_id, event.create_time = actor, tx.now
    label = PromptLabel(
        prompt_id=standing.prompt.id,
        label=wish.label,
        version=version,
        update_time=tx.now,
        actor_id=actor,
    )
    await Prompts(tx).set_label(label)
    await Labels(tx).add_event(event)
    standing.prompt.touch(tx.now)
    tx.emit(events.prompt_label_set(event))
    return label


async def remove_label(
    tx: Tx, actor: ActorId, standing: Standing, row: PromptLabel, wish: LabelWish
) -> None:
    """Remove the label, and write that into its history and to the world."""
    event = _event(standing, wish.label, Change.REMOVED, standing.version, 0)
    event.rolls_back_to, event.reason = standing.trail.way_back_from(0), wish.reason
    event.actor_id, event.create_time = actor, tx.now
    await Prompts(tx).delete_label(row)
    await Labels(tx).add_event(event)
    standing.prompt.touch(tx.now)
    tx.emit(events.prompt_label_deleted(event))


def _event(
    standing: Standing, label: str, change: Change, from_version: int, to_version: int
) -> PromptLabelEvent:
    return PromptLabelEvent(
        prompt_id=standing.prompt.id,
        label=label,
        change=change,
        from_version=from_version,
        to_version=to_version,
        reason="",
    )
