"""Prompts as imports and exports read them: many at once, by name."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from services.kit.work import Tx
from services.prompts.models import Prompt, PromptVersion
from services.prompts.rules.content import PromptType
from services.prompts.rules.imports.plans import Existing
from services.prompts.rules.prompts import LATEST

_MOST_BYTES = 4_000_000


class Transfers:
    """Prompts of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def existing(self, names: Collection[str], *, lock: bool = False) -> dict[str, Existing]:
        """Return what is here of these names; `lock`: nobody changes it until the end."""
        statement = (
            select(Prompt)
            .where(Prompt.name.in_(names))
            .order_by(Prompt.name)
            .options(selectinload(Prompt.labels))
        )
        if lock:
            statement = statement.with_for_update(of=Prompt)
        prompts = (await self._session.scalars(statement)).all()
        if not prompts:
            return {}
        hashes: dict[str, list[str]] = {prompt.id: [] for prompt in prompts}
        versions = (
            select(PromptVersion.prompt_id, PromptVersion.content_hash)
            .where(PromptVersion.prompt_id.in_(hashes))
            .order_by(PromptVersion.prompt_id, PromptVersion.number)
        )
        for prompt_id, content_hash in (await self._session.execute(versions)).all():
            hashes[prompt_id].append(content_hash)
        return {prompt.name: _existing(prompt, hashes[prompt.id]) for prompt in prompts}

    async def page(self, prefix: str, after: str, size: int) -> Sequence[Prompt]:
        """Return up to `size` prompts with their labels whose name starts so, by name.

        After a name ("": from the first); archived ones are among them. By the bytes of names: the
        order is the same in every database.
        """
        name = func.convert_to(Prompt.name, "UTF8")
        statement = (
            select(Prompt)
            .where(name > after.encode(), func.starts_with(Prompt.name, prefix))
            .order_by(name)
            .limit(size)
            .options(selectinload(Prompt.labels))
        )
        return (await self._session.scalars(statement)).all()

    async def versions(self, prompt_id: str, after: int, size: int) -> Sequence[PromptVersion]:
        """Return up to `size` versions above a number, oldest first.

        They are fewer once their contents reach 4 MB.
        """
        bytes_before = func.sum(func.octet_length(PromptVersion.content)).over(
            order_by=PromptVersion.number, rows=(None, -1)
        )
        page = (
            select(PromptVersion.number, bytes_before.label("bytes_before"))
            .where(PromptVersion.prompt_id == prompt_id, PromptVersion.number > after)
            .order_by(PromptVersion.number)
            .limit(size)
            .subquery()
        )
        statement = (
            select(PromptVersion)
            .join(page, PromptVersion.number == page.c.number)
            .where(
                PromptVersion.prompt_id == prompt_id,
                func.coalesce(page.c.bytes_before, 0) < _MOST_BYTES,
            )
            .order_by(PromptVersion.number)
        )
        return (await self._session.scalars(statement)).all()


def _existing(prompt: Prompt, hashes: Sequence[str]) -> Existing:
    return Existing(
        prompt_id=prompt.id,
        type=PromptType(prompt.type),
        description=prompt.description,
        tags=prompt.tags,
        is_archived=prompt.archive_time is not None,
        hashes=hashes,
        labels={one.label: one.version for one in prompt.labels if one.label != LATEST},
    )
