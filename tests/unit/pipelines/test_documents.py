"""Definitions as text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.pipelines.rules.documents import MAX_DEFINITION_BYTES, canonical_hash, parse


@pytest.mark.parametrize(
    ("text", "path", "code", "says"),
    [
        ("", "", "wrong_type", "line 1, column 1"),
        ('{\n  "a": 1,\n}', "", "wrong_type", "line 3, column 1"),
        ('{"a": 1\n "b": 2}', "", "wrong_type", "line 2, column 2"),
        ('{"a":\n NaN}', "", "wrong_type", "line 2, column 2"),
        ('{"a": -Infinity}', "", "wrong_type", "line 1, column"),
        ('{"a": 1e999}', "a", "limit", "too large"),
        ('{"a": 9223372036854775808}', "a", "limit", "64 bits"),
        ('{"a": ' + "9" * 5_000 + "}", "", "wrong_type", "is not JSON"),
        ('{"a": [{"b": 1, "b": 2}]}', "a[0]", "duplicate_id", "'b' twice"),
        ('{"a": "\\u0000"}', "a", "wrong_type", "U+0000"),
        ('{"a": "\\ud800"}', "", "wrong_type", "surrogate"),
        ('{"\\ud800": 1}', "", "wrong_type", "surrogate"),
        ("[" * 66 + "]" * 66, "[0]" * 65, "limit", "64 levels"),
        ("[" * 100_000, "", "limit", "64 levels"),
        ('"' + "x" * MAX_DEFINITION_BYTES + '"', "", "limit", "1,000,000 bytes"),
    ],
)
def test_what_is_no_usable_json_says_where_and_why(
    text: str, path: str, code: str, says: str
) -> None:
    document, faults = parse(text)
    assert document is None
    assert (faults[0].path, faults[0].code) == (path, code)
    assert says in faults[0].message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.text(st.characters(codec="utf-8", exclude_characters="\0")), inner, max_size=4
        )
    ),
)


@given(JSON)
def test_json_is_kept_as_it_is_and_hashed_whatever_its_layout(value: Any) -> None:
    document, faults = parse(json.dumps(value, indent=3))
    assert faults == []
    assert document is not None
    assert json.loads(document.text) == value
    assert document.hash == canonical_hash(json.loads(json.dumps(value, sort_keys=True)))


@given(st.text())
def test_no_text_at_all_breaks_the_reader(text: str) -> None:
    document, faults = parse(text)
    assert (document is None) == bool(faults)
