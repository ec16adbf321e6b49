"""JSON texts: what is taken can be stored and sent on anywhere, and has one form."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.documents import DocumentError, canonical, is_same, parse

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
)


@given(JSON)
def test_documents_survive_and_have_one_form(value: object) -> None:
    written = canonical(value)
    assert parse(written, most=10_000_000) == value
    assert canonical(parse(json.dumps(value), most=10_000_000)) == written


def test_the_order_of_keys_does_not_matter() -> None:
    assert canonical({"b": 1, "a": [2]}) == canonical({"a": [2], "b": 1}) == b'{"a":[2],"b":1}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not valid JSON"),
        ("{'a': 1}", "not valid JSON"),
        ("NaN", "not valid JSON"),
        ("1e400", "not valid JSON"),
        ('"\\ud800"', "not valid JSON"),
        ("[" * 300 + "]" * 300, "nested too deeply"),
        ("[" * 3000 + "]" * 3000, "not valid JSON"),
        ('{"a": "\\u0000"}', "NUL"),
        ('"\\\\\\u0000"', "NUL"),
        ('"' + "x" * 101 + '"', "at most 100 bytes"),
    ],
)
def test_what_others_could_not_take_is_refused(text: str, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        parse(text, most=100 if "x" in text else 100_000)


def test_a_backslash_before_u0000_is_not_a_nul() -> None:
    assert parse('"\\\\u0000"', most=100) == "\\u0000"


def test_numbers_are_compared_as_numbers_and_truth_is_none() -> None:
    assert is_same(1, 1.0)
    assert not is_same(1, True)
    assert not is_same(0, False)
    assert is_same({"a": [1]}, {"a": [1]})
    assert not is_same("1", 1)
