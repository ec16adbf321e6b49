"""Words of any script: how they are cut and folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.search.words import MOST_WORD_CHARACTERS, words


def cut(text: str) -> list[str]:
    return [word.text for word in words(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("support/Greeting-2", ["support", "greeting", "2"]),
        ("{{customer_name}}: gpt-4o", ["customer", "name", "gpt", "4o"]),
        ("Straße, STRASSE", ["strasse", "strasse"]),
        ("café cafe\u0301 CAFÉ", ["cafe", "cafe", "cafe"]),
        ("\uff21\uff22\uff23 abc", ["abc", "abc"]),
        ("Ελλάδα ΕΛΛΑΔΑ", ["ελλαδα", "ελλαδα"]),
        ("شُكْراً", ["شكرا"]),
        ("東京都", ["東京", "京都", "都"]),
        ("iPhone手机 ok", ["iphone", "手机", "机", "ok"]),
        ("ship 🚀 it", ["ship", "🚀", "it"]),
        ('?! "" \0 ()', []),
    ],
)
def test_words_are_compared_without_case_accents_and_width(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_vowel_signs_do_not_cut_a_word() -> None:
    assert len(cut("हिन्दी भाषा")) == 2


def test_a_file_in_a_prompt_is_one_word_known_by_its_beginning() -> None:
    assert cut("A" * 5_000) == ["a" * MOST_WORD_CHARACTERS]


@given(st.text(max_size=200))
def test_words_lie_in_the_text_in_its_order(text: str) -> None:
    found = list(words(text))
    assert all(0 <= word.start < word.end <= len(text) for word in found)
    assert [word.start for word in found] == sorted(word.start for word in found)
    # PostgreSQL takes words of 2 KB.
    assert all(len(word.text.encode()) <= 4 * MOST_WORD_CHARACTERS for word in found)


@given(st.text(alphabet="abc éß東京 ", max_size=60))
def test_case_changes_nothing(text: str) -> None:
    assert cut(text.upper()) == cut(text.lower())
