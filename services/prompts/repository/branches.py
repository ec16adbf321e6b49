"""Branches with their heads, and which version came from which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.exc import IntegrityError

from services.kit.work import Tx
from services.prompts.errors import BranchNameTaken, BranchNotFound
from services.prompts.models import Prompt, PromptBranch, PromptVersion
from services.prompts.rules.branches import MAIN, BranchState


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch and the number of its newest version."""

    row: PromptBranch
    head: int

    @property
    def name(self) -> str:
        """The name, unique in the prompt."""
        return self.row.name

    @property
    def is_open(self) -> bool:
        """Tell whether it takes versions."""
        return self.row.state == BranchState.OPEN


@dataclass(frozen=True, slots=True)
class BranchKey:
    """Where a page of branches ends: the sort key of its last row."""

    create_time: datetime
    name: str


class Branches:
    """Branches of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def get(self, prompt: Prompt, name: str) -> Branch:
        """Return a branch. Raises BranchNotFound.

        With its prompt locked, the head stays the head until the end of the transaction.
        """
        row = main_of(prompt)
        if name != MAIN:
            found = None if "\0" in name else await self._row(prompt, name)
            if found is None:
                raise BranchNotFound.of(prompt.name, name)
            row = found
        newest = select(func.max(PromptVersion.number)).where(
            PromptVersion.prompt_id == prompt.id, PromptVersion.branch == name
        )
        return Branch(row, await self._session.scalar(newest) or row.base_version)

    async def page(
        self, prompt: Prompt, state: BranchState | None, after: BranchKey | None, size: int
    ) -> list[Branch]:
        """Return up to `size` branches after a key, newest first; `main` is not among them."""
        newest = (
            select(func.max(PromptVersion.number))
            .where(
                PromptVersion.prompt_id == PromptBranch.prompt_id,
                PromptVersion.branch == PromptBranch.name,
            )
            .correlate(PromptBranch)
            .scalar_subquery()
        )
        statement = (
            select(PromptBranch, func.coalesce(newest, PromptBranch.base_version))
            .where(PromptBranch.prompt_id == prompt.id)
            .order_by(PromptBranch.create_time.desc(), PromptBranch.name.desc())
            .limit(size)
        )
        if state is not None:
            statement = statement.where(PromptBranch.state == state)
        if after is not None:
            key = tuple_(PromptBranch.create_time, PromptBranch.name)
            statement = statement.where(key < tuple_(after.create_time, after.name))
        return [Branch(row, head) for row, head in await self._session.execute(statement)]

    async def add(self, row: PromptBranch) -> None:
        """Write a new branch. Raises BranchNameTaken."""
        name = row.name
        self._session.add(row)
        try:
            await self._session.flush()
        except IntegrityError as error:
            if "prompt_branches_pkey" in str(error.orig):
                raise BranchNameTaken(
                    f"this prompt has or had a branch {name}", branch=name
                ) from error
            raise

    async def history(self, prompt: Prompt) -> dict[int, Sequence[int]]:
        """Return the parents of every version of a prompt."""
        statement = (
            select(PromptVersion.number, PromptVersion.branch, PromptVersion.parents)
            .where(PromptVersion.prompt_id == prompt.id)
            .order_by(PromptVersion.number)
        )
        history: dict[int, Sequence[int]] = {}
        newest: dict[str, int] = {}
        for number, branch, parents in await self._session.execute(statement):
            # Code from before branches names no parents: it came from its branch's head.
            history[number] = parents or ([newest[branch]] if branch in newest else [])
            newest[branch] = number
        return history

    async def _row(self, prompt: Prompt, name: str) -> PromptBranch | None:
        return await self._session.get(PromptBranch, (prompt.id, name))


def main_of(prompt: Prompt) -> PromptBranch:
    """Return the branch that every prompt has: implied by the prompt, in no table."""
    return PromptBranch(
        prompt_id=prompt.id,
        name=MAIN,
        base_version=0,
        state=BranchState.OPEN,
        create_time=prompt.create_time,
        creator_id="",
        end_time=None,
        merge_version=0,
    )
