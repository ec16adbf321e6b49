"""Words as the Penn Treebank writes them: marks and contractions are words of their own."""

import re
from typing import Final

from services.prompts.rules.assertions.words import SPACE

_SPACES: Final = re.compile(f"[{SPACE}\\x85]+")
_QUOTES: Final = re.compile(r"``|''|\"")
# In order: each puts spaces around what becomes a word.
_STEPS: Final = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"\.{3}", " ... "),
        (r"[:,](?!\d)", r" \g<0> "),
        (r"[;@#$%&]", r" \g<0> "),
        # The dot at the end, unless it ends an abbreviation such as a.m.
        (r"([^.])(?<!\b[A-Za-z]\.[A-Za-z])(\.)([\])}>'\s]*)\Z", r"\1 \2\3 "),
        (r"[?!]", r" \g<0> "),
        (r"[\][(){}<>]", r" \g<0> "),
        (r"--", " -- "),
        (r"\A|\Z", " "),
        (r"([^'])' ", r"\1 ' "),
        (r"'([sSmMdD]) ", r" '\1 "),
        (r"('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) ", r" \1 "),
    )
)
_JOINED: Final = tuple(
    re.compile(rf"(?<!\w){pattern}(?!\w)", re.IGNORECASE)
    for pattern in (
        "(can)(not)", "(d)('ye)", "(gim)(me)", "(gon)(na)", "(got)(ta)", "(lem)(me)",
        "(more)('n)", "(wan)(na)(?= )", "('t)(is)", "('t)(was)",
    )
)  # fmt: skip


def tokenized(text: str) -> list[str]:
    """Split a text into words and marks."""
    plain = _SPACES.sub(" ", text).strip(" ")
    marked = _quoted(plain)
    for pattern, put in _STEPS:
        marked = pattern.sub(put, marked)
    for pattern in _JOINED:
        marked = pattern.sub(r" \1 \2 ", marked)
    return marked.split()


def _quoted(text: str) -> str:
    """Write quotation marks as `` where they open and as '' where they close."""

    def mark(found: re.Match[str]) -> str:
        before, after = (
            text[max(0, found.start() - 1) : found.start()],
            text[found.end() : found.end() + 1],
        )
        opens = found[0] == "``" or (
            found[0] == '"' and (not before or before in " ([{<") and bool(after.strip())
        )
        return " `` " if opens else " '' "

    return _QUOTES.sub(mark, text)
