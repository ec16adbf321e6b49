"""Cells of a CSV file: text that may be JSON.

A column that is an input, expected or metadata itself holds JSON where that is what the cell is,
and text otherwise; an empty cell is null. A text that would be read as JSON is written as a JSON
string: so what was written is read back the same.
"""

from typing import Final

from services.prompts.rules.documents import DocumentError, canonical, parse

_MOST_BYTES: Final = 4_000_000


def read_cell(text: str) -> object:
    """Return the JSON value that a cell stands for."""
    if not text:
        return None
    try:
        value = parse(text, most=_MOST_BYTES)
    except DocumentError:
        return text
    # A whole number that no double holds exactly is a name of something, such as an order's.
    is_rounded = isinstance(value, float) and text.strip().removeprefix("-").isdecimal()
    return text if is_rounded else value


def write_cell(value: object) -> str:
    """Return the cell that stands for a JSON value."""
    if value is None:
        return ""
    if isinstance(value, str) and value and read_cell(value) is value:
        return value
    return canonical(value).decode()
