"""What of a prompt is indexed, and where its words are shown."""

import re

from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.search.documents import (
    MOST_WORDS,
    PromptTexts,
    VersionText,
    document,
)
from services.prompts.rules.search.highlights import (
    MOST_SNIPPET_CHARACTERS,
    Match,
    MatchField,
    matches,
)
from services.prompts.rules.search.queries import SearchQuery, search_query
from services.prompts.rules.search.words import words
from services.prompts.rules.violations import Violations

_LEXEME = re.compile(r"'((?:[^'\\]|''|\\\\)+)':([0-9]+[ABC]?(?:,[0-9]+[ABC]?)*)(?: |\Z)")


def prompt(*versions: VersionText, description: str = "") -> PromptTexts:
    return PromptTexts("mail/refund", description, ("Two words",), versions)


def version(number: int, text: str, note: str = "", model: str = "") -> VersionText:
    return VersionText(number, (text,), note, model)


def places(text: str) -> dict[str, list[str]]:
    """Read a tsvector back: word -> places with weights; fail on anything else."""
    found = list(_LEXEME.finditer(text))
    assert "".join(one[0] for one in found) == text
    return {one[1]: one[2].split(",") for one in found}


def weights(text: str) -> dict[str, str]:
    return {
        word: "".join(sorted({place.lstrip("0123456789") or "D" for place in at}))
        for word, at in places(text).items()
    }


def query(text: str) -> SearchQuery:
    return search_query(text, "query", Violations())


def test_a_word_weighs_as_its_field_does() -> None:
    texts = prompt(version(3, "newest", "noted"), version(1, "older"), description="about it")
    assert weights(document(texts)) == {
        "mail": "A", "refund": "A", "about": "B", "it": "B", "two": "B", "words": "B",
        "newest": "C", "noted": "D", "older": "D",
    }  # fmt: skip


def test_no_phrase_runs_from_one_field_into_the_next() -> None:
    found = places(document(prompt(version(1, "first"), description="last")))
    last, first = (int(found[word][0].rstrip("ABCD")) for word in ("last", "first"))
    assert first - last > 1


def test_the_models_of_versions_are_named_once() -> None:
    texts = prompt(version(2, "b", model="m2"), version(1, "a", model="m1"), version(3, "c"))
    assert texts.models == ["m1", "m2"]


@given(st.text(max_size=300), st.text(max_size=50))
def test_any_text_makes_a_tsvector(text: str, note: str) -> None:
    places(document(prompt(version(1, text, note), description=text)))


def test_the_longest_prompts_stay_within_what_a_tsvector_holds() -> None:
    many = " ".join(f"{number:040d}" for number in range(24_000))
    wide = " ".join(chr(0x1F600 + number % 80) * 1 + "ﷺ" * 20 for number in range(9_000))
    for text in (many, wide, "a " * 400_000, "東" * 200_000):
        written = document(prompt(version(1, text)))
        found = places(written)
        assert len(written.encode()) < 1_000_000
        assert max(len(at) for at in found.values()) <= 255
        assert max(int(at[-1].rstrip("ABC")) for at in found.values()) <= MOST_WORDS


def shown(match: Match) -> str:
    return "".join(f"[{part.text}]" if part.is_match else part.text for part in match.parts)


def test_a_snippet_shows_where_most_of_the_words_stand() -> None:
    text = "refund " + "filler " * 100 + "the refund policy of the shop " + "more " * 100
    (name, found) = matches(prompt(version(4, text)), query("refund polic"))
    assert (name.field, shown(name)) == (MatchField.NAME, "mail/[refund]")
    assert (found.field, found.version) == (MatchField.TEXT, 4)
    assert "the [refund] [policy] of the shop" in shown(found)
    assert shown(found).startswith("…")
    assert shown(found).endswith("…")


def test_words_that_must_not_be_there_are_not_marked() -> None:
    assert matches(prompt(version(1, "draft")), query("-draft")) == []


def test_neighbouring_pairs_of_characters_are_marked_as_one() -> None:
    (found,) = matches(prompt(version(1, "我住在東京都内")), query("東京都"))
    assert shown(found) == "我住在[東京都]内"


def test_accents_are_shown_as_they_were_written() -> None:
    (found,) = matches(prompt(version(1, "Im Café")), query("cafe"))
    assert shown(found) == "Im [Café]"


@given(st.text(alphabet="ab éß東京\n", max_size=600), st.text(alphabet="ab東 ", max_size=6))
def test_snippets_are_pieces_of_the_text(text: str, sought: str) -> None:
    for match in matches(prompt(version(1, text)), query(sought)):
        if match.field is MatchField.TEXT:
            pieces = [part for part in match.parts if part.text != "…"]
            joined = "".join(part.text for part in pieces)
            assert joined in text
            assert len(joined) <= max(MOST_SNIPPET_CHARACTERS, *(len(p.text) for p in pieces))
            assert any(part.is_match for part in pieces)


@given(st.text(alphabet="aAbB_1 -é東", max_size=60), st.text(alphabet="ab1é東 ", max_size=4))
def test_the_quick_way_marks_what_the_words_say(text: str, words_sought: str) -> None:
    """In ASCII texts words are found by a pattern, in others after a first look: both find all."""
    sought = query(words_sought)
    marked = [
        part.text
        for match in matches(prompt(version(1, text)), sought)
        if match.field is MatchField.TEXT
        for part in match.parts
        if part.is_match
    ]
    expected = [word for word in words(text) if sought.matches(word.text)]
    assert bool(marked) == bool(expected)
    if text.isascii():
        assert marked == [text[word.start : word.end] for word in expected]
