"""Rules of datasets: names, contents, hashes of versions, parts of files."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import AppError
from services.prompts.errors import EtagMismatch
from services.prompts.rules import datasets as rules
from services.prompts.rules.dataset_files.columns import check_columns
from services.prompts.rules.dataset_files.reading import Problem
from services.prompts.rules.dataset_imports import (
    MOST_FILE_BYTES,
    MOST_PART_BYTES,
    MOST_PROBLEMS,
    check_appliable,
    is_known_part,
    listed,
    read_problems,
)
from services.prompts.rules.violations import Violations

HASHES = st.lists(st.from_regex(r"[0-9a-f]{8}", fullmatch=True), max_size=8)


@pytest.mark.parametrize("name", ["Support", "a b/c", "größe", "x" * 128])
def test_a_name_is_any_printable_text(name: str) -> None:
    violations = Violations()
    rules.check_name(name, "name", violations)
    assert not violations


@pytest.mark.parametrize(
    "name", ["", " a", "a ", "a\nb", "a\0", "x" * 129, "dst_01m85v3v0zfcj9ds7ntmxggpk3"]
)
def test_what_cannot_name_a_dataset_is_said(name: str) -> None:
    violations = Violations()
    rules.check_name(name, "name", violations)
    assert {one.field for one in violations} == {"name"}


@given(before=HASHES, come=HASHES, go=st.sets(st.integers(0, 7)), order=st.randoms())
def test_the_hash_of_a_version_follows_from_its_items_alone(
    before: list[str], come: list[str], go: set[int], order: Any
) -> None:
    gone = [one for index, one in enumerate(before) if index in go]
    left = [one for index, one in enumerate(before) if index not in go]
    step = rules.folded(rules.folded("", plus=before), without=gone, plus=come)
    now = [*left, *come]
    order.shuffle(now)
    assert step == rules.folded("", plus=now)
    assert (step == rules.folded("", plus=[*now, "one more"])) is False


def test_content_is_equal_when_its_json_is() -> None:
    violations = Violations()
    one = rules.check_content('{"a": 1, "b": "\\u00e4"}', "", "null", violations)
    other = rules.ItemContent.of({"b": "ä", "a": 1})
    assert not violations
    assert one == other
    assert one.content_hash == other.content_hash
    assert one.content_hash != rules.ItemContent.of(None, {"b": "ä", "a": 1}).content_hash


@pytest.mark.parametrize(
    ("texts", "field", "said"),
    [
        (("{", "", ""), "input_json", "not valid JSON"),
        (("1", "\x00", ""), "expected_json", "not valid JSON"),
        (("1", "", '"\\u0000"'), "metadata_json", "NUL"),
        (("", "null", ""), "input_json", "would say nothing"),
        ((json.dumps("a" * 500_000), json.dumps("b" * 500_000), ""), "input_json", "together"),
    ],
)
def test_what_cannot_be_an_item_is_said_by_field(
    texts: tuple[str, str, str], field: str, said: str
) -> None:
    violations = Violations()
    rules.check_content(*texts, violations)
    [violation] = violations
    assert violation.field == field
    assert said in violation.description


def test_an_etag_names_one_state() -> None:
    rules.check_etag("", "item", "dit_a", 2)
    rules.check_etag(rules.etag("dit_a", 2), "item", "dit_a", 2)
    with pytest.raises(EtagMismatch):
        rules.check_etag(rules.etag("dit_a", 1), "item", "dit_a", 2)


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        ([("", "input")], "columns[0].name"),
        ([("a", "output")], "columns[0].target"),
        ([("a", "id.b")], "columns[0].target"),
        ([("a", "input."), ("b", "")], "columns[0].target"),
        ([("a", "input"), ("a", "")], "columns[1].name"),
        ([("a", "input"), ("b", "input")], "columns"),
        ([(f"c{number}", "") for number in range(201)], "columns"),
    ],
)
def test_a_column_that_cannot_be_placed_is_said(columns: list[tuple[str, str]], field: str) -> None:
    violations = Violations()
    check_columns(columns, violations)
    assert [one.field for one in violations] == [field]


@pytest.mark.parametrize(
    ("state", "received", "offset", "size", "is_last", "outcome"),
    [
        ("receiving", 0, 0, 10, False, False),
        ("receiving", 10, 10, 0, True, False),
        ("receiving", 10, 0, 10, False, True),
        ("receiving", 10, 5, 5, False, True),
        ("receiving", 10, 5, 10, False, "IMPORT_OFFSET_MISMATCH"),
        ("receiving", 10, 20, 1, True, "IMPORT_OFFSET_MISMATCH"),
        ("ready", 10, 0, 10, True, True),
        ("applied", 10, 10, 0, True, True),
        ("ready", 10, 10, 1, True, "IMPORT_COMPLETE"),
        ("receiving", 0, 0, MOST_PART_BYTES + 1, False, "IMPORT_TOO_LARGE"),
        ("receiving", 0, -1, 1, False, "IMPORT_TOO_LARGE"),
        ("receiving", MOST_FILE_BYTES, MOST_FILE_BYTES, 1, True, "IMPORT_TOO_LARGE"),
    ],
)
def test_a_part_is_the_next_one_or_known_or_refused(  # noqa: PLR0917 # the columns of the table
    state: str, received: int, offset: int, size: int, is_last: bool, outcome: bool | str
) -> None:
    try:
        got: bool | str = is_known_part(state, received, offset, size, is_last=is_last)
    except AppError as error:
        got = error.reason
    assert got == outcome


@pytest.mark.parametrize(
    ("state", "problems", "is_partial", "reason"),
    [
        ("receiving", 0, True, "IMPORT_NOT_READY"),
        ("ready", 1, False, "IMPORT_HAS_PROBLEMS"),
        ("ready", 1, True, ""),
        ("ready", 0, False, ""),
    ],
)
def test_an_import_is_applied_when_it_is_whole_and_its_problems_are_accepted(
    state: str, problems: int, is_partial: bool, reason: str
) -> None:
    got = ""
    try:
        check_appliable(state, 5, problems, is_partial=is_partial)
    except AppError as error:
        got = error.reason
    assert got == reason


def test_the_first_hundred_problems_are_listed() -> None:
    found = [Problem(line, "id", "is broken") for line in range(1, 80)]
    stored = listed(listed("[]", found), found)
    assert read_problems(stored) == [*found, *found][:MOST_PROBLEMS]
