"""ExportPrompts."""

from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final

from services.kit.ids import TenantId
from services.kit.work import Tx, Work
from services.prompts.errors import PromptInvalid
from services.prompts.models import Prompt
from services.prompts.repository.prompts import Prompts
from services.prompts.repository.transfers import Transfers
from services.prompts.rules.content import Content, PromptType
from services.prompts.rules.exports import (
    ArchiveWriter,
    ExportedPrompt,
    manifest_file,
    prompt_file,
    version_files,
)
from services.prompts.rules.imports.plans import PREFIX
from services.prompts.rules.prompts import LATEST
from services.prompts.rules.violations import Violations

_PAGE: Final = 50
_VERSIONS: Final = 200
# Bytes that are written before somebody takes them: meanwhile no transaction is open.
_PIECE_BYTES: Final = 1_000_000


async def export_prompts(
    work: Work, tenant: TenantId, *, reference: str, name_prefix: str
) -> AsyncIterator[bytes]:
    """Write one prompt, those whose name starts so, or all of the tenant, as pieces of an archive.

    Each prompt is as it stood at one moment, and they may be of different ones. Raises
    PromptInvalid for a prefix that no name has, PromptNotFound.
    """
    violations = Violations()
    if reference and name_prefix:
        violations.add("name_prefix", "must be empty beside a prompt: one of them says it all")
    if PREFIX.match(name_prefix) is None:
        violations.add("name_prefix", "must be empty, or how names of prompts start")
    violations.raise_as(PromptInvalid)
    archive = ArchiveWriter()
    try:
        archive.add(*manifest_file())
        after = ""
        while True:
            async with work.begin(tenant) as tx:
                page = await _page(tx, reference, name_prefix, after)
            left = _Left(page)
            while left.prompts:
                async with work.begin(tenant) as tx:
                    await _write_some(tx, archive, left)
                yield archive.take()
            if reference or len(page) < _PAGE:
                break
            after = page[-1].name
        yield archive.end()
    finally:
        archive.end()


class _Left:
    """Prompts that are not written yet, the first of them perhaps in part."""

    def __init__(self, prompts: Sequence[Prompt]) -> None:
        self.prompts = deque(prompts)
        # Newest version of the first one that is written.
        self.number = 0


async def _page(tx: Tx, reference: str, name_prefix: str, after: str) -> Sequence[Prompt]:
    if reference:
        return [await Prompts(tx).get(reference)]
    return await Transfers(tx).page(name_prefix, after, _PAGE)


async def _write_some(tx: Tx, archive: ArchiveWriter, left: _Left) -> None:
    """Write versions until there are none left, or as many bytes as are taken at a time."""
    while left.prompts and archive.size < _PIECE_BYTES:
        prompt = left.prompts[0]
        if not left.number:
            archive.add(*prompt_file(_exported(prompt)))
        versions = await Transfers(tx).versions(prompt.id, left.number, _VERSIONS)
        for version in versions:
            content = Content.from_document(version.content)
            for path, data in version_files(prompt.name, version.number, version.note, content):
                archive.add(path, data)
            left.number = version.number
        # A label may have moved to a version that was made after the prompt was read.
        if left.number >= max(prompt.latest_version, *_labels(prompt).values(), 0):
            left.prompts.popleft()
            left.number = 0


def _exported(prompt: Prompt) -> ExportedPrompt:
    return ExportedPrompt(
        name=prompt.name,
        type=PromptType(prompt.type),
        description=prompt.description,
        tags=prompt.tags,
        labels=_labels(prompt),
        is_archived=prompt.archive_time is not None,
    )


def _labels(prompt: Prompt) -> dict[str, int]:
    return {one.label: one.version for one in prompt.labels if one.label != LATEST}
