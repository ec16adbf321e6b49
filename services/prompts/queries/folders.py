"""Folders of prompts: what their names say before the last slash."""

from collections.abc import Sequence

from services.kit.errors import InvalidArgument
from services.kit.ids import TenantId
from services.kit.paging import cut_page, decode_token, encode_token, page_size
from services.kit.work import Work
from services.prompts.errors import PromptInvalid
from services.prompts.repository.folders import Folder, Folders
from services.prompts.rules.prompts import MOST_NAME_CHARACTERS
from services.prompts.rules.violations import Violations


async def list_prompt_folders(
    work: Work, tenant: TenantId, *, parent: str, size: int, token: str
) -> tuple[Sequence[Folder], str]:
    """Return a page of the folders right below one, by path, and the next one's token.

    A folder that is not there has none below it: that is no error. Raises PromptInvalid for a
    parent that is too long.
    """
    violations = Violations()
    violations.add_text("parent", parent, most=MOST_NAME_CHARACTERS)
    violations.raise_as(PromptInvalid)
    limit, after = page_size(size), _path(token)
    async with work.begin(tenant) as tx:
        found = await Folders(tx).page(parent.strip("/"), after, limit + 1)
    return cut_page(found, limit, lambda last: encode_token([last.path]))


def _path(token: str) -> str:
    match decode_token(token, parts=1):
        case None:
            return ""
        case [str(path)]:
            return path
    raise InvalidArgument.of_field("page_token", "is not a token that this list gave out")
