"""What every format is read into: prompts with drafts of versions, nothing checked yet."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from services.prompts.rules.content import ContentDraft


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a prompt of the file. `line` counts from 1; 0 where there is none."""

    file: str
    line: int
    field: str
    message: str


class Broken(Exception):
    """A file, or one prompt of it, cannot be read."""

    def __init__(self, file: str, message: str, *, line: int = 0, field: str = "") -> None:
        super().__init__(message)
        self.note = Note(file, line, field, message)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands, so that a fault found later can say its line.

    `path` is where its content begins in the document; `line_of` gives the line of a path there;
    `renamed` says which of our fields have another name in it, `elsewhere` which stand in a file
    of their own.
    """

    file: str
    path: str = ""
    line_of: Callable[[str], int] = lambda _: 0
    renamed: Mapping[str, str] = field(default_factory=dict)
    elsewhere: Mapping[str, "Spot"] = field(default_factory=dict)

    def note(self, field: str, message: str) -> Note:
        """Say something about a field below this spot."""
        first = re.match(r"[a-z_]*", field)
        if first and first[0] in self.elsewhere:
            return self.elsewhere[first[0]].note(field[first.end() :].lstrip("."), message)
        if first and first[0] in self.renamed:
            field = self.renamed[first[0]] + field[first.end() :]
        joined = self.path + ("." if self.path and field and field[0] != "[" else "") + field
        return Note(self.file, self.line_of(joined), joined, message)


@dataclass(frozen=True, slots=True)
class ImportedVersion:
    """One version as the file has it."""

    draft: ContentDraft
    spot: Spot
    note: str = ""


@dataclass(frozen=True, slots=True)
class ImportedPrompt:
    """One prompt as the file has it, versions oldest first.

    `labels` says for each label the index of its version. `description` and `tags` are None where
    the format has none.
    """

    name: str
    spot: Spot
    versions: Sequence[ImportedVersion]
    labels: Mapping[str, int] = field(default_factory=dict)
    description: str | None = None
    tags: Sequence[str] | None = None
    is_archived: bool = False
    warnings: Sequence[Note] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """A prompt that is found in the file and not read yet. `read` raises Broken."""

    source: str
    name: str
    read: Callable[[], ImportedPrompt]
