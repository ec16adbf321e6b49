"""ImportPrompts."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.kit.caller import Caller
from services.kit.errors import AppError, Unavailable
from services.kit.ids import TenantId
from services.kit.work import UnitOfWork
from services.prompts.commands.import_prompt import (
    Imported,
    import_prompt,
    look_at_prompts,
    refused_prompt,
)
from services.prompts.errors import ImportUnreadable, PromptInvalid
from services.prompts.rules.imports.checking import CheckedPrompt, checked, twice
from services.prompts.rules.imports.entries import Broken, Pending
from services.prompts.rules.imports.formats import Format, find_prompts
from services.prompts.rules.imports.plans import ImportOptions, Outcome
from services.prompts.rules.violations import Violations

# Prompts that are read, checked and applied before the next are looked at: what is told at once.
_BATCH: Final = 20
# Transactions at a time: half of the connections stay free for everybody else.
_AT_ONCE: Final = 4


@dataclass(frozen=True, slots=True)
class Started:
    """What the file was taken for, and how many prompts it holds."""

    format: Format
    total: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How many prompts had which outcome."""

    outcomes: Counter[Outcome]
    refused_labels: int


async def import_prompts(
    work: UnitOfWork,
    tenant: TenantId,
    caller: Caller,
    *,
    file: bytes,
    file_name: str,
    format_: Format | None,
    options: ImportOptions,
) -> AsyncIterator[Started | Imported | Ended]:
    """Bring the prompts of a file in, telling each when it is done.

    A prompt is one transaction, so what was told stands, whatever becomes of the rest. To go on
    after a break is to begin again: what is here already is told as unchanged.

    Raises PromptInvalid for options, ImportUnreadable for the file as a whole.
    """
    violations = Violations()
    violations.add_text("file_name", file_name, most=255)
    options.check(violations)
    violations.raise_as(PromptInvalid)
    try:
        # In a thread, here and below: the event loop must not wait for megabytes of YAML.
        known, pending = await asyncio.to_thread(find_prompts, file_name or "file", file, format_)
    except Broken as problem:
        note = problem.note
        where = f"{note.file}, line {note.line}" if note.line else note.file
        raise ImportUnreadable.of_field(
            note.field or "file", f"{where}: {note.message}"
        ) from problem
    yield Started(known, len(pending))
    outcomes: Counter[Outcome] = Counter()
    refused_labels = 0
    names: set[str] = set()
    for start in range(0, len(pending), _BATCH):
        batch = await asyncio.to_thread(
            _checked_batch, pending[start : start + _BATCH], options.name_prefix, names
        )
        for imported in await _done(work, tenant, caller, batch, options):
            outcomes[imported.plan.outcome] += 1
            refused_labels += len(imported.refusals)
            yield imported
    yield Ended(outcomes, refused_labels)


def _checked_batch(
    pending: Sequence[Pending], name_prefix: str, names: set[str]
) -> list[CheckedPrompt]:
    batch = []
    for one in pending:
        prompt = checked(one, name_prefix)
        batch.append(twice(prompt) if prompt.name in names else prompt)
        names.add(prompt.name)
    return batch


async def _done(
    work: UnitOfWork,
    tenant: TenantId,
    caller: Caller,
    batch: Sequence[CheckedPrompt],
    options: ImportOptions,
) -> Sequence[Imported]:
    looked = await look_at_prompts(work, tenant, caller, batch, options)
    if options.is_dry_run:
        return looked
    free = asyncio.Semaphore(_AT_ONCE)

    async def one(seen: Imported) -> Imported:
        if seen.plan.outcome in (Outcome.UNCHANGED, Outcome.REFUSED):
            return seen
        async with free:
            try:
                return await import_prompt(work, tenant, caller, seen, options)
            except Unavailable:
                raise  # nothing is wrong with the prompt: the rest would fail alike
            except AppError as error:
                return refused_prompt(seen.prompt, error, options)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(seen)) for seen in looked]
    return [task.result() for task in tasks]
