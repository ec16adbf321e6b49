"""What is typed into a search: understood, and never an operator."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.search.queries import MOST_TERMS, SearchQuery, search_query
from services.prompts.rules.violations import Violations
from tests.unit.prompts.violations import found_in

_HOSTILE = st.text(alphabet=st.sampled_from("ab'\\\"&|!()<->:* -_é東🚀\n"), max_size=80)
# A whole tsquery of ours: quoted words, joined by operators that we wrote.
_WORD = r"'(?:[^'\\]|''|\\\\)+'(?::\*)?"
_TERM = rf"!?\({_WORD}(?: <-> {_WORD})*\)"
_WHOLE = re.compile(rf"{_TERM}(?: & {_TERM})*\Z")


def read(text: str) -> SearchQuery:
    violations = Violations()
    query = search_query(text, "query", violations)
    assert found_in(violations) == {}
    return query


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("Refund polic", "('refund':*) & ('polic':*)"),
        ('"refund policy" fast', "('refund' <-> 'policy') & ('fast':*)"),
        ("refund -draft", "('refund':*) & !('draft':*)"),
        ('-"old text"', "!('old' <-> 'text')"),
        ("support/greet", "('support' <-> 'greet':*)"),
        ('"not closed', "('not' <-> 'closed')"),
        ("東京都", "('東京' <-> '京都':*)"),
        ('"京"', "('京':*)"),
        ("a & b | !c <-> d:*", "('a':*) & ('b':*) & ('c':*) & ('d':*)"),
        ("well-known", "('well' <-> 'known':*)"),
    ],
)
def test_a_search_means_what_its_writer_expects(text: str, condition: str) -> None:
    assert read(text).condition() == condition


@given(_HOSTILE | st.text(max_size=80).filter(lambda text: "\0" not in text))
def test_whatever_is_typed_becomes_a_whole_query_or_none(text: str) -> None:
    query = read(text)
    assert query.is_empty == (not text.strip())
    assert query.is_void == (bool(text.strip()) and not query.terms)
    if query.terms:
        assert _WHOLE.match(query.condition()), query.condition()


@pytest.mark.parametrize("text", ["", "  \t\n"])
def test_nothing_typed_asks_for_everything(text: str) -> None:
    assert read(text).is_empty
    assert not read(text).is_void


@pytest.mark.parametrize("text", ['"', '""', "-", "'; --", "\\", "(", "&|!"])
def test_signs_alone_ask_for_nothing(text: str) -> None:
    assert read(text).is_void


def test_only_what_must_be_there_counts_for_the_order() -> None:
    query = read("refund refund -draft policy")
    assert query.ranking(is_exact=True) == "'refund' | 'policy'"
    assert query.ranking(is_exact=False) == "'refund':* | 'policy':*"


def test_words_after_the_last_that_is_looked_at_are_left_out() -> None:
    assert len(read(" ".join(f"w{number}" for number in range(100))).terms) == MOST_TERMS


@pytest.mark.parametrize("text", ["q" * 10_000, "a\0b"])
def test_a_search_that_cannot_be_is_refused(text: str) -> None:
    violations = Violations()
    search_query(text, "query", violations)
    assert set(found_in(violations)) == {"query"}
