"""Files of items: what is written is read back, however the file is cut into parts."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.dataset_files.reading import FileFormat, Part, Reader, ReaderState
from services.prompts.rules.dataset_files.writing import write_part
from services.prompts.rules.datasets import ItemContent

FORMATS = pytest.mark.parametrize("file_format", list(FileFormat))

# What JSON can hold and we can keep: no NUL, no lone surrogates, no numbers beyond doubles.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    # Texts that look like JSON, or like the syntax of CSV.
    | st.sampled_from(["5", "null", '"', '""', "{}", " 1", "a,b", "a\r\nb", "'", "1e999", "\ufeff"])
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
CONTENTS = st.builds(ItemContent.of, VALUES, VALUES, VALUES).filter(lambda one: not one.is_empty)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,20}", fullmatch=True)
ITEMS = st.lists(st.tuples(IDS, CONTENTS), max_size=6)


def read(
    file_format: FileFormat,
    parts: Sequence[bytes],
    placed: dict[str, str] | None = None,
    state: ReaderState | None = None,
) -> tuple[Part, ReaderState]:
    """Read a file in parts as the service does, its state kept as JSON between them."""
    whole, state, rest = Part(), state or ReaderState(), b""
    for index, data in enumerate(parts):
        reader = Reader(file_format, placed or {}, state)
        part = reader.read(rest + data, is_last=index == len(parts) - 1)
        rest = part.rest
        whole.records += part.records
        whole.problems += part.problems
        state = ReaderState(**json.loads(json.dumps(reader.state.document())))
    return whole, state


def read_text(file_format: FileFormat, text: str, **placed: str) -> tuple[Part, ReaderState]:
    """Read a file that comes in one part."""
    return read(file_format, [text.encode()], placed)


def cut(data: bytes, places: Sequence[int]) -> list[bytes]:
    """Cut bytes at places, which are taken modulo their length."""
    at = sorted({place % (len(data) + 1) for place in places})
    return [data[begin:end] for begin, end in zip([0, *at], [*at, len(data)], strict=True)]


def items_of(part: Part) -> list[tuple[str, ItemContent]]:
    return [(record.item_id, record.content) for record in part.records]


@FORMATS
@given(items=ITEMS, sizes=st.lists(st.integers(1, 3), max_size=6), places=st.lists(st.integers(0)))
def test_what_is_written_in_any_parts_is_read_back_in_any_parts(
    file_format: FileFormat,
    items: list[tuple[str, ItemContent]],
    sizes: list[int],
    places: list[int],
) -> None:
    chunks, rest = [], items
    for size in sizes:
        chunks.append(rest[:size])
        rest = rest[size:]
    chunks = [chunk for chunk in [*chunks, rest] if chunk] or [[]]
    data = b"".join(
        write_part(file_format, chunk, is_first=index == 0, is_last=index == len(chunks) - 1)
        for index, chunk in enumerate(chunks)
    )
    part, state = read(file_format, cut(data, places))
    assert not part.problems
    assert items_of(part) == items
    assert state.record_count == len(items)


@given(places=st.lists(st.integers(0), max_size=5))
def test_lines_of_records_do_not_depend_on_the_parts(places: list[int]) -> None:
    data = b'input,expected\r\n"two\nlines",1\r\n\r\nlast,"say ""hi"""\n'
    part, _ = read(FileFormat.CSV, cut(data, places))
    assert [record.line for record in part.records] == [2, 5]
    assert part.records[1].content.values() == ("last", 'say "hi"', None)
    data = b'\n[ {"input": [1,\n"]}"]} ,\n\n{"input": 2}\n]\n'
    part, _ = read(FileFormat.JSON, cut(data, places))
    assert [record.line for record in part.records] == [2, 5]


def test_a_file_written_by_people_is_read_as_they_mean_it() -> None:
    text = '\ufeffid;question;expected_output;metadata\r\nq1;Where?;delivery;{"lang": "en"}\r\n'
    part, state = read_text(FileFormat.CSV, text)
    [record] = part.records
    assert record.item_id == "q1"
    assert record.content.values() == ({"question": "Where?"}, "delivery", {"lang": "en"})
    assert state.columns == {
        "id": "id",
        "question": "input.question",
        "expected_output": "expected",
        "metadata": "metadata",
    }


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("plain", "plain"),
        ("007", "007"),
        ("7", 7),
        ('"7"', "7"),
        ("[1, 2]", [1, 2]),
        ("{broken", "{broken"),
        ("12345678901234567890123", "12345678901234567890123"),
        ("  ", "  "),
        ("", None),
    ],
)
def test_a_cell_is_json_where_it_can_be_and_text_otherwise(cell: str, value: Any) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    part, _ = read_text(FileFormat.CSV, f"input,expected\nx,{quoted}\n")
    assert part.records[0].content.values() == ("x", value, None)


def test_columns_go_where_they_are_placed_and_keys_of_columns_stay_text() -> None:
    placed = {"q": "input.question", "n": "input.count", "a": "expected", "junk": ""}
    part, state = read_text(FileFormat.CSV, "q,n,a,junk,topic\nWhy?,3,4,x,t\n", **placed)
    assert part.records[0].content.values() == (
        {"question": "Why?", "count": "3", "topic": "t"},
        4,
        None,
    )
    assert state.columns["junk"] == ""


def test_other_keys_of_objects_go_into_metadata_where_there_is_an_input() -> None:
    text = '{"input": "a", "topic": "t", "metadata": {"n": 1}}\n{"input": "b", "metadata": 5}\n'
    part, _ = read_text(FileFormat.JSONL, text)
    first, second = (record.content.values() for record in part.records)
    assert first == ("a", None, {"topic": "t", "n": 1})
    assert second == ("b", None, 5)


def test_an_unknown_key_finds_no_room_in_metadata_that_is_no_object() -> None:
    part, _ = read_text(FileFormat.JSONL, '{"input": "b", "metadata": 5, "topic": "t"}')
    [problem] = part.problems
    assert (problem.line, problem.field) == (1, "metadata")
    assert "no room for topic" in problem.message
