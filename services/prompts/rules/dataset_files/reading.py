"""Reads a file of items part by part: each record becomes an item or a problem with its line."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from services.prompts.rules.dataset_files.cells import read_cell
from services.prompts.rules.dataset_files.columns import (
    MOST_COLUMN_NAME,
    MOST_COLUMNS,
    PARTS,
    assembled,
    has_input,
    target_of,
)
from services.prompts.rules.dataset_files.splitting import (
    BOM,
    MOST_RECORD_BYTES,
    Cut,
    FileBroken,
    cut_elements,
    cut_lines,
    cut_rows,
    lines_of,
)
from services.prompts.rules.datasets import ITEM_ID_RULE, ItemContent, check_item_id, fault_of
from services.prompts.rules.documents import DocumentError, parse
from services.prompts.rules.violations import Violations

MOST_RECORDS: Final = 100_000
_MOST_FIELD: Final = 200

# The csv module's own bound is 128 KiB, and one for the process.
csv.field_size_limit(MOST_RECORD_BYTES)


class FileFormat(StrEnum):
    """Form of a file of items."""

    CSV = "csv"
    JSONL = "jsonl"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Problem:
    """What of a file cannot become an item. `field` is "" when it is the record as a whole."""

    line: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record that can become an item. `item_id` is "" when the file gives none."""

    line: int
    item_id: str
    content: ItemContent


@dataclass(slots=True)
class ReaderState:
    """How far a file is read: all that the next part needs beside the bytes cut off before it."""

    line: int = 1
    is_begun: bool = False
    is_ended: bool = False
    record_count: int = 0
    delimiter: str = ""
    header: list[str] = field(default_factory=list)
    is_input_given: bool | None = None
    # Column → target, in the order in which they were found.
    columns: dict[str, str] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return it as JSON, for `ReaderState(**document)`."""
        return asdict(self)


@dataclass(slots=True)
class Part:
    """What a part of a file came to, and the bytes to hand in before the next part."""

    rest: bytes = b""
    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class Reader:
    """Reads the parts of one file, in their order."""

    def __init__(
        self, file_format: FileFormat, placed: Mapping[str, str], state: ReaderState
    ) -> None:
        self._format = file_format
        self._placed = placed
        self.state = state

    def read(self, data: bytes, *, is_last: bool) -> Part:
        """Read what was cut off before with the next bytes after it."""
        state, part = self.state, Part()
        if state.is_ended:
            return self._after_the_end(data, part)
        if not state.is_begun and len(data) < len(BOM) and not is_last:
            part.rest = data
            return part
        if not state.is_begun:
            data = data.removeprefix(BOM)
        try:
            cut = self._cut(data, is_last=is_last)
            state.line, state.is_begun, state.is_ended = cut.line, cut.is_begun, cut.is_ended
            part.rest = cut.rest
            for line, raw in cut.records:
                self._take(line, raw, part)
            if cut.fault is not None:
                raise cut.fault
        except FileBroken as problem:
            state.is_ended = True
            part.rest = b""
            part.problems.append(Problem(problem.line, "", str(problem)))
        return part

    def _after_the_end(self, data: bytes, part: Part) -> Part:
        if self._format is FileFormat.JSON and not part.problems and data.strip():
            message = "something follows after the end of the JSON array"
            part.problems.append(Problem(self.state.line, "", message))
        return part

    def _cut(self, data: bytes, *, is_last: bool) -> Cut:
        line = self.state.line
        if self._format is FileFormat.JSONL:
            return cut_lines(data, line, is_last=is_last)
        if self._format is FileFormat.CSV:
            return cut_rows(data, line, is_last=is_last)
        return cut_elements(data, line, is_begun=self.state.is_begun, is_last=is_last)

    def _take(self, line: int, raw: bytes, part: Part) -> None:
        if self._format is FileFormat.CSV:
            for row_line, cells in self._rows(line, raw):
                self._take_row(row_line, cells, part)
        else:
            self._take_object(line, raw, part)

    def _rows(self, line: int, raw: bytes) -> Iterator[tuple[int, list[str]]]:
        """Give rows of a piece of CSV that holds whole ones, each with its first line."""
        try:
            text = raw.decode()
        except UnicodeDecodeError as problem:
            at = line + raw.count(b"\n", 0, problem.start)
            raise FileBroken(at, "is not UTF-8: save the file in that encoding") from problem
        self.state.delimiter = self.state.delimiter or _delimiter_of(text)
        rows = csv.reader(lines_of(text), delimiter=self.state.delimiter, strict=True)
        begin = line
        try:
            for cells in rows:
                if cells:
                    yield begin, cells
                begin = line + rows.line_num
        except csv.Error as problem:
            raise FileBroken(begin, f"is not CSV: {problem}") from problem

    def _take_row(self, line: int, cells: list[str], part: Part) -> None:
        state = self.state
        if not state.header:
            self._take_header(line, cells)
            return
        self._count(line)
        if len(cells) != len(state.header):
            message = f"has {len(cells)} cells, the header has {len(state.header)}"
            part.problems.append(Problem(line, "", message))
            return
        if any("\0" in text for text in cells):
            part.problems.append(Problem(line, "", "must not contain the NUL character"))
            return
        values = [
            (name, target, read_cell(text) if target in PARTS else text)
            for name, target, text in zip(state.header, state.columns.values(), cells, strict=True)
        ]
        self._assemble(line, values, part)

    def _take_header(self, line: int, names: list[str]) -> None:
        for name in names:
            if not 1 <= len(name) <= MOST_COLUMN_NAME or "\0" in name:
                raise FileBroken(
                    line, f"each column needs a name of 1..{MOST_COLUMN_NAME} characters"
                )
            if names.count(name) > 1:
                raise FileBroken(line, f"the column {name} stands twice in the header")
        if len(names) > MOST_COLUMNS:
            raise FileBroken(line, f"at most {MOST_COLUMNS} columns, not {len(names)}")
        self.state.header = names
        for name in names:
            self._place(name, names)

    def _take_object(self, line: int, raw: bytes, part: Part) -> None:
        self._count(line)
        try:
            document = parse(raw, most=MOST_RECORD_BYTES)
        except DocumentError as problem:
            part.problems.append(Problem(line, "", str(problem)))
            return
        if not isinstance(document, dict):
            message = 'must be a JSON object such as {"input": …, "expected": …}'
            part.problems.append(Problem(line, "", message))
            return
        for name in document:
            if name not in self.state.columns:
                if not 1 <= len(name) <= MOST_COLUMN_NAME:
                    message = f"a key must have 1..{MOST_COLUMN_NAME} characters"
                    part.problems.append(Problem(line, name[:_MOST_FIELD], message))
                    return
                self._place(name, document)
        if len(self.state.columns) > MOST_COLUMNS:
            raise FileBroken(line, f"the objects have more than {MOST_COLUMNS} different keys")
        values = [(name, self.state.columns[name], value) for name, value in document.items()]
        self._assemble(line, values, part)

    def _place(self, name: str, names: Any) -> None:
        """Say where a new column goes. The first record decides whether there is an input."""
        if self.state.is_input_given is None:
            self.state.is_input_given = has_input(names, self._placed)
        self.state.columns[name] = target_of(
            name, self._placed, is_input_given=self.state.is_input_given
        )

    def _assemble(self, line: int, cells: list[tuple[str, str, object]], part: Part) -> None:
        parts, at, fault = assembled(cells)
        violations = Violations()
        item_id = _item_id(parts.get("id"), violations)
        content = ItemContent.of(*(parts.get(name) for name in PARTS))
        if not fault and not violations:
            at, fault = "", fault_of(content)
        for one in violations:
            at, fault = one.field, one.description
        if fault:
            part.problems.append(Problem(line, at[:_MOST_FIELD], fault))
        else:
            part.records.append(Record(line, item_id, content))

    def _count(self, line: int) -> None:
        self.state.record_count += 1
        if self.state.record_count > MOST_RECORDS:
            self.state.record_count = MOST_RECORDS
            raise FileBroken(line, f"the file has more than {MOST_RECORDS:,} records")


def _item_id(value: object, violations: Violations) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        violations.add("id", ITEM_ID_RULE)
        return ""
    check_item_id(value, "id", violations)
    return value


def _delimiter_of(text: str) -> str:
    """Return what separates the columns: the one that the header line has most of."""
    header = text.lstrip("\r\n").partition("\n")[0]
    return max(",;\t", key=header.count)
