"""Reading CEL source as tokens: enough to find references, macros and the end of a `${…}`.

The CEL library compiles and evaluates, but tells nothing about member chains, so that this small
lexer follows the lexical rules of the CEL specification (langdef.md, "Syntax").
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Comprehension macros: the only part of CEL whose work is more than its text.
MACROS: Final = frozenset({"all", "exists", "exists_one", "existsOne", "filter", "map"})

_TOKEN: Final = re.compile(
    r"""
      (?P<space>[ \t\n\f\r]+ | //[^\n]*)
    | (?P<string>
          [bB]?[rR](?: \"\"\"(?:.|\n)*?\"\"\" | '''(?:.|\n)*?''' | "[^"\n]*" | '[^'\n]*')
        | [bB]?(?: \"\"\"(?:\\.|[^\\])*?\"\"\" | '''(?:\\.|[^\\])*?'''
                 | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<number>
          (?: 0x[0-9A-Fa-f]+ | (?:[0-9]+(?:\.[0-9]+)? | \.[0-9]+)(?:[eE][+-]?[0-9]+)? )[uU]?)
    | (?P<mark>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]{}])
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One token: its kind (string, name, number, mark, other), text, and offset in the source."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset behind the last character."""
        return self.start + len(self.text)


def tokens(source: str, start: int = 0) -> Iterator[Token]:
    """Yield the tokens from `start` on, without white space and comments.

    Never fails, and takes time linear in the text.
    """
    at = start
    while at < len(source):
        match = _TOKEN.match(source, at)
        if match is None:  # cannot be: `other` takes any character
            return
        if match.lastgroup and match.lastgroup != "space":
            yield Token(match.lastgroup, match.group(), at)
        at = match.end()


def closing_brace(source: str, start: int) -> int:
    """Return the offset of the `}` for a `${` whose inside begins at `start`; -1: there is none."""
    depth = 0
    for token in tokens(source, start):
        if token.text == "{" and token.kind == "mark":
            depth += 1
        elif token.text == "}" and token.kind == "mark":
            if depth == 0:
                return token.start
            depth -= 1
    return -1


def string_value(token: Token) -> str | None:
    """Return what a string token means; None with escapes or a prefix: references need neither."""
    text = token.text
    if token.kind != "string" or text[0] not in "'\"" or "\\" in text:
        return None
    quote = 3 if text[:3] in ("'''", '"""') else 1
    return text[quote:-quote]
