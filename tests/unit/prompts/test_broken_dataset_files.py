"""Broken files: each fault is told with its line and field, and good records are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.dataset_files import splitting
from services.prompts.rules.dataset_files.reading import MOST_RECORDS, FileFormat, ReaderState
from services.prompts.rules.datasets import MOST_ITEM_BYTES
from tests.unit.prompts.test_dataset_files import cut, read, read_text

CSV, JSONL, JSON = FileFormat.CSV, FileFormat.JSONL, FileFormat.JSON


@pytest.mark.parametrize(
    ("file_format", "text", "line", "field", "said"),
    [
        (CSV, "input,expected\na,b\nc\nd,e\n", 3, "", "has 1 cells, the header has 2"),
        (CSV, "id,input\nok,b\n-no,c\nyes,d\n", 3, "id", "starting with a letter or digit"),
        (CSV, "input,expected\na,b\n,\nd,e\n", 3, "", "would say nothing"),
        (CSV, "input,expected\na,b\n\0,c\nd,e\n", 3, "", "NUL"),
        (CSV, "input,input.a,expected\n{},b,\n5,c,\n{},d,\n", 3, "input", "no JSON object"),
        (JSONL, '{"input": 1}\n{"input": \n{"input": 2}\n', 2, "", "not valid JSON"),
        (JSONL, '{"input": 1}\n[1]\n{"input": 2}\n', 2, "", "must be a JSON object"),
        (JSONL, '{"input": 1}\n{"id": true, "input": 1}\n{"input": 2}\n', 2, "id", "letter"),
        (JSONL, '{"input": 1}\n{"input": "\\u0000"}\n{"input": 2}\n', 2, "", "NUL"),
        (JSONL, '{"input": 1}\n{"input": null}\n{"input": 2}\n', 2, "", "would say nothing"),
        (JSONL, '{"input": 1}\n{"": 1}\n{"input": 2}\n', 2, "", "1..200"),
        (JSON, '[{"input": 1},\n{"input": nope},\n{"input": 2}]', 2, "", "not valid JSON"),
        (JSON, '[{"input": 1},\n7,\n{"input": 2}]', 2, "", "must be a JSON object"),
    ],
)
def test_a_record_at_fault_is_named_and_the_others_are_read(
    file_format: FileFormat, text: str, line: int, field: str, said: str
) -> None:
    part, state = read_text(file_format, text)
    [problem] = part.problems
    assert (problem.line, problem.field) == (line, field)
    assert said in problem.message
    assert len(part.records) == 2
    assert state.record_count == 3


@pytest.mark.parametrize(
    ("file_format", "text", "line", "records", "said"),
    [
        (CSV, 'input\na\n"open\nb\nc\n', 3, 1, "unexpected end of data"),
        (CSV, 'input\na\n"b"c\nd\n', 3, 1, "expected after"),
        (CSV, "input,input\na,b\n", 1, 0, "stands twice"),
        (CSV, "input,\na,b\n", 1, 0, "needs a name"),
        (CSV, ",".join(f"c{number}" for number in range(201)) + "\n", 1, 0, "at most 200"),
        (JSON, '{"items": []}', 1, 0, "must be a JSON array"),
        (JSON, '\n\n"text"', 3, 0, "must be a JSON array"),
        (JSON, '[{"input": 1},\n{"inp', 2, 1, "the file ends before"),
        (JSON, '[{"input": 1}] \n{}', 1, 1, "something follows"),
        (JSON, "", 1, 0, "must be a JSON array"),
    ],
)
def test_where_reading_must_end_the_line_is_named_and_what_was_read_stays(
    file_format: FileFormat, text: str, line: int, records: int, said: str
) -> None:
    part, _ = read_text(file_format, text)
    assert [problem.line for problem in part.problems] == [line]
    assert said in part.problems[0].message
    assert len(part.records) == records


def test_another_encoding_is_named_with_its_line() -> None:
    for file_format, line in ((CSV, 3), (JSONL, 3)):
        rows = ["input", '{"input": "a"}', '{"input": "ä"}', '{"input": "b"}']
        data = "\n".join(rows if file_format is CSV else ["", *rows[1:]]).encode("latin-1")
        part, _ = read(file_format, [data])
        assert [problem.line for problem in part.problems] == [line]
        assert any(word in part.problems[0].message for word in ("UTF-8", "utf-8", "JSON"))


def test_a_record_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    large = '{"input": "' + "a" * MOST_ITEM_BYTES + '"}\n{"input": 1}'
    part, _ = read_text(JSONL, large)
    assert "1,000,000 bytes together" in part.problems[0].message
    assert len(part.records) == 1
    # An open quote: nothing after it is a row, so nothing could be let go of.
    monkeypatch.setattr(splitting, "MOST_RECORD_BYTES", 50)
    part, _ = read(CSV, [b"input\n", b'"open\n', b"a" * 60, b"\nb\n"])
    assert [problem.line for problem in part.problems] == [2]
    assert "left open" in part.problems[0].message


def test_a_file_has_a_bound_of_records() -> None:
    before = ReaderState(record_count=MOST_RECORDS - 2)
    part, state = read(JSONL, [b'{"input":1}\n' * 5], state=before)
    assert len(part.records) == 2
    assert state.record_count == MOST_RECORDS
    assert [problem.line for problem in part.problems] == [3]


@given(
    file_format=st.sampled_from(list(FileFormat)),
    data=st.binary(max_size=60) | st.text('[]{}",:\\\r\n a1', max_size=60).map(str.encode),
    places=st.lists(st.integers(0), max_size=4),
)
def test_no_bytes_break_the_reader_and_each_fault_has_a_line(
    file_format: FileFormat, data: bytes, places: list[int]
) -> None:
    part, state = read(file_format, cut(data, places))
    assert all(1 <= problem.line <= data.count(b"\n") + 1 for problem in part.problems)
    assert state.record_count <= data.count(b"\n") + data.count(b",") + 1
