"""Folders: what the names of prompts say before their last slash. They are stored nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from services.kit.work import Tx
from services.prompts.models import Prompt


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and how many prompts in use are in it and in the folders below."""

    path: str
    prompt_count: int
    folder_count: int


class Folders:
    """Folders of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._session = tx.session

    async def page(self, parent: str, after: str, size: int) -> Sequence[Folder]:
        """Return up to `size` folders right below a folder ("": the top), by path, after a path.

        Folders that hold archived prompts only are not there.
        """
        prefix = f"{parent}/" if parent else ""
        rest = func.substr(Prompt.name, len(prefix) + 1)
        inside = (
            select(
                func.split_part(rest, "/", 1).label("child"),
                # What stands between the child's slash and the next one; null if there is none.
                func.substring(rest, "^[^/]+/([^/]+)/").label("below"),
            )
            .where(
                Prompt.archive_time.is_(None),
                Prompt.name.startswith(prefix, autoescape=True),
                func.strpos(rest, "/") > 0,
            )
            .subquery()
        )
        statement = (
            select(
                inside.c.child,
                func.count().label("prompts"),
                func.count(inside.c.below.distinct()).label("folders"),
            )
            .group_by(inside.c.child)
            .order_by(inside.c.child)
            .limit(size)
        )
        if after:
            statement = statement.where(inside.c.child > after.removeprefix(prefix))
        rows = await self._session.execute(statement)
        return [Folder(prefix + row.child, row.prompts, row.folders) for row in rows]
