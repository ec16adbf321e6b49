"""Histories of labels, and labels with what a rollback would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, and_, func, insert, select
from sqlalchemy.orm import aliased

from services.kit.work import Tx
from services.prompts.models import PromptLabel, PromptLabelEvent
from services.prompts.rules.label_history import Step, Trail

_Behind = aliased(PromptLabelEvent)


@dataclass(frozen=True, slots=True)
class LabelState:
    """A label, and the version that a rollback would take it to (0: there is none)."""

    label: PromptLabel
    rollback_version: int


class Labels:
    """Histories of labels of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def trail(self, prompt_id: str, label: str) -> Trail:
        """Return the end of a label's trail; its prompt must be locked."""
        statement = (
            select(
                PromptLabelEvent.sequence,
                PromptLabelEvent.to_version,
                PromptLabelEvent.rolls_back_to,
                _Behind.to_version.label("behind_version"),
                _Behind.rolls_back_to.label("behind_rolls_back_to"),
            )
            .outerjoin(
                _Behind,
                and_(
                    _Behind.prompt_id == PromptLabelEvent.prompt_id,
                    _Behind.sequence == PromptLabelEvent.rolls_back_to,
                ),
            )
            .where(PromptLabelEvent.prompt_id == prompt_id, PromptLabelEvent.label == label)
            .order_by(PromptLabelEvent.sequence.desc())
            .limit(1)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return Trail() if row is None else _trail(row)

    async def add_event(self, event: PromptLabelEvent) -> PromptLabelEvent:
        """Write an event under the next number of its prompt, which must be locked or new."""
        next_number = (
            select(func.coalesce(func.max(PromptLabelEvent.sequence), 0) + 1)
            .where(PromptLabelEvent.prompt_id == event.prompt_id)
            .scalar_subquery()
        )
        statement = (
            insert(PromptLabelEvent)
            .values(
                prompt_id=event.prompt_id,
                sequence=next_number,
                label=event.label,
                change=event.change,
                from_version=event.from_version,
                to_version=event.to_version,
                rolls_back_to=event.rolls_back_to,
                reason=event.reason,
                actor_id=event.actor_id,
                create_time=event.create_time,
            )
            .returning(PromptLabelEvent.sequence)
        )
        event.sequence = (await self._session.execute(statement)).scalar_one()
        return event

    async def history_page(
        self, prompt_id: str, label: str, before: int | None, size: int
    ) -> Sequence[PromptLabelEvent]:
        """Return up to `size` events below a number, newest first; of all labels for label ""."""
        statement = (
            select(PromptLabelEvent)
            .where(PromptLabelEvent.prompt_id == prompt_id)
            .order_by(PromptLabelEvent.sequence.desc())
            .limit(size)
        )
        if label:
            statement = statement.where(PromptLabelEvent.label == label)
        if before is not None:
            statement = statement.where(PromptLabelEvent.sequence < before)
        return (await self._session.scalars(statement)).all()

    async def page(self, prompt_id: str, after: str, size: int) -> list[LabelState]:
        """Return up to `size` labels of a prompt by name, after a name ("": from the first)."""
        last = (
            select(PromptLabelEvent.rolls_back_to)
            .where(
                PromptLabelEvent.prompt_id == PromptLabel.prompt_id,
                PromptLabelEvent.label == PromptLabel.label,
            )
            .order_by(PromptLabelEvent.sequence.desc())
            .limit(1)
            .scalar_subquery()
        )
        statement = (
            select(PromptLabel, func.coalesce(_Behind.to_version, 0))
            .outerjoin(
                _Behind, and_(_Behind.prompt_id == PromptLabel.prompt_id, _Behind.sequence == last)
            )
            .where(PromptLabel.prompt_id == prompt_id, PromptLabel.label > after)
            .order_by(PromptLabel.label)
            .limit(size)
        )
        rows = (await self._session.execute(statement)).all()
        return [LabelState(label, version) for label, version in rows]


def _trail(row: Row[int, int, int | None, int, int | None]) -> Trail:
    last = Step(row.sequence, row.to_version, row.rolls_back_to)
    if row.rolls_back_to is None:
        return Trail(last)
    return Trail(last, Step(row.rolls_back_to, row.behind_version, row.behind_rolls_back_to))
