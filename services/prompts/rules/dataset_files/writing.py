"""Writes items as parts of a file that `reading` reads back as the same items."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from services.prompts.rules.dataset_files.cells import write_cell
from services.prompts.rules.dataset_files.reading import FileFormat
from services.prompts.rules.datasets import ItemContent

_HEADER: Final = ("id", "input", "expected", "metadata")


def write_part(
    file_format: FileFormat,
    items: Iterable[tuple[str, ItemContent]],
    *,
    is_first: bool,
    is_last: bool,
) -> bytes:
    """Write items, each with its id, as the next part of a file; all parts together are the file.

    Only the last part may have no items, or the first.
    """
    if file_format is FileFormat.CSV:
        return _csv(items, is_first=is_first)
    objects = [_object(item_id, content) for item_id, content in items]
    if file_format is FileFormat.JSONL:
        return "".join(f"{one}\n" for one in objects).encode()
    head = "[\n" if is_first else ",\n" if objects else ""
    tail = "\n]\n" if is_last else ""
    return (head + ",\n".join(objects) + tail).encode()


def _csv(items: Iterable[tuple[str, ItemContent]], *, is_first: bool) -> bytes:
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    if is_first:
        rows.writerow(_HEADER)
    for item_id, content in items:
        rows.writerow([item_id, *map(write_cell, content.values())])
    return out.getvalue().encode()


def _object(item_id: str, content: ItemContent) -> str:
    # The stored texts are JSON: ids have no character that JSON would escape.
    parts = {"input": content.input, "expected": content.expected, "metadata": content.metadata}
    listed = "".join(f',"{name}":{text}' for name, text in parts.items() if text)
    return f'{{"id":"{item_id}"{listed}}}'
