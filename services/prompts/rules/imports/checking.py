"""What was read, checked by the rules that hold for everybody's prompts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.kit.errors import InvalidArgument
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import ContentDraft, check_content, content_hash
from services.prompts.rules.imports.entries import (
    Broken,
    ImportedPrompt,
    ImportedVersion,
    Note,
    Pending,
    Spot,
)
from services.prompts.rules.violations import Violations

# Faults told of one prompt: the first ones are those to mend.
_MOST_FAULTS: Final = 20
_MOST_WARNINGS: Final = 20
_SHOWN: Final = 500


@dataclass(frozen=True, slots=True)
class CheckedVersion:
    """A version that can be saved."""

    draft: ContentDraft
    note: str
    content_hash: str


@dataclass(frozen=True, slots=True)
class CheckedPrompt:
    """A prompt of the file, checked. One with `faults` is refused, and the rest means nothing."""

    name: str
    source: str
    faults: Sequence[Note] = ()
    warnings: Sequence[Note] = ()
    versions: Sequence[CheckedVersion] = ()
    labels: Mapping[str, int] = field(default_factory=dict)
    description: str | None = None
    tags: Sequence[str] | None = None
    is_archived: bool = False


def checked(pending: Pending, name_prefix: str) -> CheckedPrompt:
    """Read and check one prompt of the file; whatever is wrong with it is told in `faults`."""
    try:
        prompt = pending.read()
    except Broken as problem:
        return CheckedPrompt(name_prefix + pending.name, pending.source, [_cut(problem.note)])
    name = name_prefix + prompt.name
    faults: list[Note] = []
    _check_head(prompt, name, faults)
    versions = [_checked_version(version, faults) for version in prompt.versions]
    _check_types(prompt, faults)
    return CheckedPrompt(
        name=name,
        source=pending.source,
        faults=list(map(_cut, faults[:_MOST_FAULTS])),
        warnings=list(map(_cut, prompt.warnings[:_MOST_WARNINGS])),
        versions=versions,
        labels=prompt.labels,
        description=prompt.description,
        tags=None if prompt.tags is None else list(dict.fromkeys(prompt.tags)),
        is_archived=prompt.is_archived,
    )


def twice(prompt: CheckedPrompt) -> CheckedPrompt:
    """Refuse a prompt whose name another one of the file has already."""
    said = "another prompt of the file has this name here: rename one of them"
    return CheckedPrompt(prompt.name, prompt.source, [Note(prompt.source, 0, "name", said)])


def _check_head(prompt: ImportedPrompt, name: str, faults: list[Note]) -> None:
    violations = Violations()
    rules.check_name(name, "name", violations)
    if prompt.description is not None:
        rules.check_description(prompt.description, "description", violations)
    if prompt.tags is not None:
        rules.check_tags(prompt.tags, "tags", violations)
    faults += _told(prompt.spot, violations)
    for label in prompt.labels:
        try:
            rules.check_label(label)
        except InvalidArgument as problem:
            faults.append(prompt.spot.note(f"labels.{label}", problem.violations[0].description))


def _checked_version(version: ImportedVersion, faults: list[Note]) -> CheckedVersion:
    violations = Violations()
    rules.check_note(version.note, "note", violations)
    content = check_content(version.draft, "content", violations)
    faults += _told(version.spot, violations)
    hash_ = "" if violations else content_hash(content.document())
    return CheckedVersion(version.draft, version.note, hash_)


def _check_types(prompt: ImportedPrompt, faults: list[Note]) -> None:
    first = prompt.versions[0].draft.type
    for version in prompt.versions[1:]:
        if version.draft.type is not first:
            said = f"the first version is {first}: this one cannot be {version.draft.type}"
            faults.append(version.spot.note("type", said))


def _told(spot: Spot, violations: Violations) -> list[Note]:
    return [spot.note(one.field.removeprefix("content."), one.description) for one in violations]


def _cut(note: Note) -> Note:
    return Note(note.file[:_SHOWN], note.line, note.field[:_SHOWN], note.message[:_SHOWN])


def refused(prompt: CheckedPrompt, message: str) -> CheckedPrompt:
    """Refuse a prompt for what was found only when it was applied."""
    return CheckedPrompt(prompt.name, prompt.source, [_cut(Note(prompt.source, 0, "", message))])
