"""Prompts as files of PromptPilot's own archive: the layout stands in `imports.own`.

Equal prompts give equal bytes: fields in one order, lists in the order that counts, no times, no
ids, no authors. Texts of several lines are literal blocks, so that a diff shows lines.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

from services.prompts.rules.content import Content, PromptType
from services.prompts.rules.documents import canonical
from services.prompts.rules.imports.own import (
    FORMAT,
    MANIFEST,
    PROMPT_FILE,
    VERSION,
    VERSIONS_FOLDER,
)
from services.prompts.rules.variables import UNSET, Variable

# What a literal block can hold as it is: no control characters but line breaks and tabs, and none
# of the other characters that YAML takes for a line break or forbids.
_PLAIN: Final = re.compile(
    "[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*\\Z"
)
_TIME: Final = (1980, 1, 1, 0, 0, 0)
_FILE_MODE: Final = 0o100644
_UNIX: Final = 3
_LONGEST_IMPLICIT_KEY: Final = 500


@dataclass(frozen=True, slots=True)
class ExportedPrompt:
    """What is written about a prompt beside its versions. `labels`: without `latest`."""

    name: str
    type: PromptType
    description: str
    tags: Sequence[str]
    labels: Mapping[str, int]
    is_archived: bool


def manifest_file() -> tuple[str, bytes]:
    """Return path and content of what tells the archive's format."""
    return MANIFEST, f"format: {FORMAT}\nversion: {VERSION}\n".encode()


def prompt_file(prompt: ExportedPrompt) -> tuple[str, bytes]:
    """Return path and content of the file about a prompt."""
    lines = [f"type: {prompt.type.value}"]
    if prompt.description:
        lines.append(f"description: {_text(prompt.description, 0)}")
    if prompt.tags:
        lines += ["tags:", *(f"- {_quoted(tag)}" for tag in prompt.tags)]
    if prompt.labels:
        numbers = sorted(prompt.labels.items())
        lines += ["labels:", *(f"  {_quoted(label)}: {number}" for label, number in numbers)]
    if prompt.is_archived:
        lines.append("archived: true")
    return f"prompts/{prompt.name}/{PROMPT_FILE}", _joined(lines)


def version_files(
    name: str, number: int, note: str, content: Content
) -> Iterator[tuple[str, bytes]]:
    """Yield paths and contents of a version's files."""
    lines = [f"note: {_text(note, 0)}"] if note else []
    if content.model:
        lines.append(f"model: {_quoted(content.model)}")
    if content.type is PromptType.TEXT:
        lines.append(f"text: {_text(content.messages[0].content, 0)}")
    else:
        lines.append("messages:")
        for message in content.messages:
            lines += [f"- role: {message.role}", f"  content: {_text(message.content, 2)}"]
    if content.variables:
        lines.append("variables:")
        for variable in content.variables:
            lines += _variable(variable)
    path = f"prompts/{name}/{VERSIONS_FOLDER}/{number:04}"
    if content.parameters:
        options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
        yield f"{path}.json", orjson.dumps(content.parameters, option=options)
    yield f"{path}.yaml", _joined(lines)


class ArchiveWriter:
    """Writes a ZIP piece by piece: what is taken is forgotten, so its size has no bound here."""

    def __init__(self) -> None:
        self._out = _Taken()
        self._archive = ZipFile(self._out, "w", ZIP_DEFLATED)

    @property
    def size(self) -> int:
        """How many bytes wait to be taken."""
        return self._out.size

    def add(self, path: str, content: bytes) -> None:
        """Write one file."""
        entry = ZipInfo(path, _TIME)
        entry.compress_type = ZIP_DEFLATED
        entry.create_system = _UNIX
        entry.external_attr = _FILE_MODE << 16
        self._archive.writestr(entry, content)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        return self._out.take()

    def end(self) -> bytes:
        """Write the directory of files, and return the rest; nothing when that is done."""
        self._archive.close()
        return self._out.take()


class _Taken(BytesIO):
    """A file that forgets what was taken. zipfile seeks back inside of one entry only."""

    def __init__(self) -> None:
        super().__init__()
        self._before = 0

    @property
    def size(self) -> int:
        return self.getbuffer().nbytes

    def take(self) -> bytes:
        data = self.getvalue()
        self._before += len(data)
        super().seek(0)
        self.truncate()
        return data

    def tell(self) -> int:
        return self._before + super().tell()

    def seek(self, at: int, whence: int = 0, /) -> int:
        return self._before + super().seek(at - (0 if whence else self._before), whence)


def _variable(variable: Variable) -> list[str]:
    lines = [f"- name: {_quoted(variable.name)}", f"  type: {variable.type.value}"]
    if variable.description:
        lines.append(f"  description: {_text(variable.description, 2)}")
    if variable.default is not UNSET:
        lines.append(f"  default: {_flow(variable.default)}")
    if variable.choices:
        lines += ["  enum:", *(f"  - {_flow(choice)}" for choice in variable.choices)]
    return lines


def _text(text: str, indent: int) -> str:
    """Write a text as a literal block where it has lines and YAML can hold them, else quoted."""
    lines = text.split("\n")
    is_block = len(lines) > 1 and _PLAIN.match(text) and text.strip() and not lines[-1].isspace()
    if not is_block:
        return _quoted(text)
    if not text.endswith("\n"):
        chomping = "-"
    elif text.endswith("\n\n"):
        chomping = "+"
    else:
        chomping = ""
    if text.endswith("\n"):
        lines.pop()
    # The indicator says how deep the block stands: it may begin with spaces of its own.
    padding = " " * (indent + 2)
    body = "\n".join(padding + line if line else "" for line in lines)
    return f"|2{chomping}\n{body}"


def _quoted(text: str) -> str:
    """Write a text in double quotes: JSON's escapes are YAML's too, but for a few characters."""
    written = orjson.dumps(text).decode()
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", _escaped, written)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _flow(value: object) -> str:
    """Write a JSON value on one line."""
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(_member(key, value[key]) for key in sorted(value))}}}"
    return canonical(value).decode()


def _member(key: str, value: object) -> str:
    written = _quoted(key)
    # Past 1,024 characters YAML takes nothing for a key that does not say so.
    mark = "? " if len(written) > _LONGEST_IMPLICIT_KEY else ""
    return f"{mark}{written}: {_flow(value)}"


def _joined(lines: Sequence[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
