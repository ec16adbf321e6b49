"""Prompts by name, whether they are there or not, and versions together with their prompts."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import selectinload

from services.kit.work import Tx
from services.prompts.models import Prompt, PromptLabel, PromptVersion

_COLUMNS: Final = (
    "id",
    "name",
    "description",
    "type",
    "tags",
    "latest_version",
    "revision",
    "create_time",
    "update_time",
    "archive_time",
)


class NamedPrompts:
    """Prompts of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def add_unless_taken(self, prompt: Prompt) -> bool:
        """Write a new prompt, or say that its name is taken.

        Who is writing the same name at this moment is waited for.
        """
        values = {column: getattr(prompt, column) for column in _COLUMNS}
        row = insert(Prompt).values(**values).on_conflict_do_nothing(index_elements=["name"])
        written = await self._session.execute(row.returning(Prompt.id))
        return written.scalar_one_or_none() is not None

    async def labelled(self, prompt: Prompt, label: str) -> PromptVersion | None:
        """Return the version that a label of the prompt stands for."""
        statement = (
            select(PromptVersion)
            .join(
                PromptLabel,
                (PromptLabel.prompt_id == PromptVersion.prompt_id)
                & (PromptLabel.version == PromptVersion.number),
            )
            .where(PromptLabel.prompt_id == prompt.id, PromptLabel.label == label)
        )
        found: PromptVersion | None = await self._session.scalar(statement)
        return found

    async def fresh(self, prompt: Prompt) -> Prompt:
        """Return the prompt with its labels as they stand now, after what this transaction did."""
        await self._session.flush()
        statement = (
            select(Prompt)
            .where(Prompt.id == prompt.id)
            .options(selectinload(Prompt.labels))
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).one()
