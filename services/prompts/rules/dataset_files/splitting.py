"""Cuts the bytes of a file into records, wherever the parts of it happened to be cut.

What is cut off at the end of a part is handed in again before the next one: nothing but that is
kept, so a file of any size takes the memory of its largest record.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

# A record that grows past it ends the reading: its end may never come.
MOST_RECORD_BYTES: Final = 4_000_000
BOM: Final = b"\xef\xbb\xbf"

# Strings as a whole, so that brackets and commas in them are passed over; group 1: it is closed.
_TOKENS: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*(")?|[\[\]{},]', re.DOTALL)


class FileBroken(Exception):
    """From here on nothing of the file can be read. `line` is where, from 1."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Cut:
    """Whole records of a part, and what is left of it for the next one."""

    records: list[tuple[int, bytes]]  # the line on which each begins, and its bytes
    rest: bytes
    line: int  # of the first byte of `rest`
    is_ended: bool = False  # nothing may follow
    is_begun: bool = True
    fault: FileBroken | None = None  # after these records nothing can be read


def cut_lines(data: bytes, line: int, *, is_last: bool) -> Cut:
    """Cut JSONL: a record on each line, empty lines left out."""
    end = len(data) if is_last else data.rfind(b"\n") + 1
    whole = data[:end]
    records = [
        (line + index, text)
        for index, text in enumerate(whole.split(b"\n"))
        if text and not text.isspace()
    ]
    return _bounded(Cut(records, data[end:], line + whole.count(b"\n")))


def cut_rows(data: bytes, line: int, *, is_last: bool) -> Cut:
    """Cut CSV after its last whole row. The rows before it stay in one piece.

    A row ends with the line unless a quote is open; quotes come in pairs.
    """
    end = len(data) if is_last else _end_of_rows(data)
    whole = data[:end]
    records = [(line, whole)] if whole else []
    return _bounded(Cut(records, data[end:], line + whole.count(b"\n")))


def cut_elements(data: bytes, line: int, *, is_begun: bool, is_last: bool) -> Cut:
    """Cut a JSON array into its elements. Raises FileBroken where it is none."""
    start = 0
    if not is_begun:
        start = len(data) - len(data.lstrip())
        if start == len(data) and not is_last:
            return Cut([], data, line, is_begun=False)
        if data[start : start + 1] != b"[":
            where = line + data.count(b"\n", 0, start)
            raise FileBroken(where, "must be a JSON array of objects: [ … ]")
        start += 1
    records, end, is_ended = _elements(data, start, line)
    rest, at = data[end:], line + data.count(b"\n", 0, end)
    fault = None
    if is_ended and rest.strip():
        fault = FileBroken(at, "something follows after the end of the JSON array")
    if is_last and not is_ended:
        lead = len(rest) - len(rest.lstrip())
        where = at + (rest.count(b"\n", 0, lead) if rest.strip() else 0)
        fault = FileBroken(where, "the file ends before the JSON array does: a record is cut off")
    return _bounded(Cut(records, b"" if is_ended else rest, at, is_ended, fault=fault))


def _elements(data: bytes, start: int, line: int) -> tuple[list[tuple[int, bytes]], int, bool]:
    """Find elements from `start` on; also where the last one ends, and whether the array does."""
    records: list[tuple[int, bytes]] = []
    line_at = _line_counter(data, line)
    begin, depth = start, 0
    for token in _TOKENS.finditer(data, start):
        kind = data[token.start()]
        if kind == 0x22:  # a string
            if token[1] is None:
                break
        elif kind in b"[{":
            depth += 1
        elif kind in b"]}" and depth:
            depth -= 1
        elif depth == 0:
            is_end = kind == 0x5D
            element = data[begin : token.start()]
            if not is_end or element.strip():  # a comma before the end is let pass
                lead = len(element) - len(element.lstrip())
                records.append((line_at(begin + lead), element.strip()))
            begin = token.end()
            if is_end:
                return records, begin, True
    return records, begin, False


def _line_counter(data: bytes, line: int) -> Callable[[int], int]:
    """Return what tells the line of a place; places must be asked for from the first to the last.

    Counting from the beginning each time would take quadratic time.
    """
    place, current = 0, line

    def line_at(at: int) -> int:
        nonlocal place, current
        current += data.count(b"\n", place, at)
        place = at
        return current

    return line_at


def _end_of_rows(data: bytes) -> int:
    """Return where the last whole row ends: after the last line break outside of quotes."""
    end = len(data)
    parts = data.split(b'"')
    for index, part in reversed(list(enumerate(parts))):
        begin = end - len(part)
        if index % 2 == 0 and (found := part.rfind(b"\n")) >= 0:
            return begin + found + 1
        end = begin - 1
    return 0


def _bounded(cut: Cut) -> Cut:
    if cut.fault is not None or len(cut.rest) <= MOST_RECORD_BYTES:
        return cut
    message = (
        f"a record from here on has more than {MOST_RECORD_BYTES:,} bytes: is a quote or a bracket "
        "left open?"
    )
    return replace(cut, fault=FileBroken(cut.line, message))


def lines_of(rows: str) -> Iterator[str]:
    """Give the lines of rows with their ends, cut at line breaks only, as the csv module wants."""
    begin = 0
    while begin < len(rows):
        end = rows.find("\n", begin) + 1 or len(rows)
        yield rows[begin:end]
        begin = end
