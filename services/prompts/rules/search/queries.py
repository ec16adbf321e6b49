"""What somebody typed into a search, as PostgreSQL's tsquery: nothing in it is an operator.

Words must all be there, in any order and field; each also stands for words that begin with it.
`"two words"` must stand side by side, just so; `-word` must not be there. A chunk of several words
without a space (`support/greeting`, `gpt-4o`) is looked for side by side.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.prompts.rules.search.documents import quoted
from services.prompts.rules.search.words import spaceless_end, words
from services.prompts.rules.violations import Violations

MOST_QUERY_CHARACTERS: Final = 500
# More say nothing more, and each one costs.
MOST_TERMS: Final = 32

_CHUNK: Final = re.compile(r'(?P<minus>(?<!\S)-)?(?:"(?P<phrase>[^"]*)(?:"|\Z)|(?P<chunk>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words side by side. `is_prefix`: the last one may go on; `is_excluded`: must not be there."""

    words: tuple[str, ...]
    is_prefix: bool
    is_excluded: bool


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search that was understood. `text` is what was typed, without spaces around it."""

    text: str
    terms: Sequence[Term]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed: then everything is found."""
        return not self.text

    @property
    def is_void(self) -> bool:
        """Tell whether what was typed holds no word: then nothing is found."""
        return bool(self.text) and not self.terms

    @property
    def wanted(self) -> list[Term]:
        """The terms that must be there."""
        return [term for term in self.terms if not term.is_excluded]

    @property
    def words(self) -> tuple[str, ...]:
        """The words that must be there, each once."""
        return tuple(dict.fromkeys(word for term in self.wanted for word in term.words))

    def condition(self) -> str:
        """Write the tsquery that says which prompts are found."""
        return " & ".join(_term(term) for term in self.terms)

    def ranking(self, *, is_exact: bool) -> str:
        """Write the tsquery that says what counts: each word for itself, as it stands or begun.

        "" when nothing counts.
        """
        return " | ".join(f"{quoted(word)}{'' if is_exact else ':*'}" for word in self.words)

    def matches(self, word: str) -> str:
        """Return the word of the query that a word of a text stands for; "" for none."""
        for term in self.wanted:
            last = term.words[-1]
            if word in term.words or (term.is_prefix and word.startswith(last)):
                return word if word in term.words else last
        return ""


def search_query(text: str, field: str, violations: Violations) -> SearchQuery:
    """Read what was typed; note the field when it is too long or holds NUL."""
    violations.add_text(field, text, most=MOST_QUERY_CHARACTERS)
    stripped = text.strip()
    terms: dict[Term, None] = {}
    for found in _CHUNK.finditer(stripped[:MOST_QUERY_CHARACTERS]):
        is_quoted = found["phrase"] is not None
        body = found["phrase"] if is_quoted else found["chunk"]
        chunk = [word.text for word in words(body) if word.text]
        end = spaceless_end(body)
        if end > 1:
            chunk.pop()  # the pair before it says where it stands
        if chunk:
            # A single character of such a script is indexed as the beginning of a pair.
            is_prefix = not is_quoted or end == 1
            terms[Term(tuple(chunk), is_prefix, found["minus"] is not None)] = None
    return SearchQuery(stripped, list(terms)[:MOST_TERMS])


def _term(term: Term) -> str:
    begun = ":*" if term.is_prefix else ""
    side_by_side = " <-> ".join(quoted(word) for word in term.words) + begun
    return f"!({side_by_side})" if term.is_excluded else f"({side_by_side})"
