r"""JavaScript's regular expressions, without flags, for Python's `regex`.

Texts are matched as UTF-16 units (see `words.units`). Differences that would change what matches
are translated: `$` is the very end, `\d` and `\w` are ASCII, `\s` is ECMAScript's, `{` that opens
no count is a brace, `[]` matches nothing, a group that took no part matches the empty text.
"""

import re
from functools import lru_cache
from typing import Any, Final

import regex

from services.prompts.rules.assertions.words import SPACE, units

MOST_CHARACTERS: Final = 2_000
_COUNT: Final = re.compile(r"\{(\d{1,6})(?:,(\d{0,6}))?\}")
_NAME: Final = re.compile(r"\(\?<([A-Za-z_$][\w$]*)>", re.ASCII)
_GROUP: Final = re.compile(r"\(\?(?:[:=!]|<[=!]|i:)")
_LETTERS: Final = {"f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "\0"}
_HEX: Final = re.compile(r"x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|c([A-Za-z])")
_REFERENCE: Final = re.compile(r"([1-9]\d?)|k<([A-Za-z_$][\w$]*)>", re.ASCII)
_NOT_SPACE: Final = f"[^{SPACE}]"
_ANY: Final = "(?s:.)"


class PatternInvalid(ValueError):
    """JavaScript would refuse the pattern, or it is out of bounds; the message says why."""


@lru_cache(maxsize=512)
def compiled(source: str) -> Any:
    """Compile a pattern as `new RegExp(source)` reads it; raise PatternInvalid."""
    if len(source) > MOST_CHARACTERS:
        raise PatternInvalid(f"it has more than {MOST_CHARACTERS:,} characters")
    try:
        return regex.compile(_Translation(units(source)).whole(), regex.V0 | regex.ASCII)
    except (regex.error, RecursionError, OverflowError) as error:
        raise PatternInvalid(str(error) or "it is nested too deep") from None


class _Translation:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._groups = 0
        self._names: set[str] = set()
        self._count_groups()

    def whole(self) -> str:
        parts: list[str] = []
        while self._at < len(self._source):
            parts.append(self._piece())
        return "".join(parts)

    def _count_groups(self) -> None:
        in_class, at, source = False, 0, self._source
        while at < len(source):
            if source[at] == "\\":
                at += 1
            elif in_class:
                in_class = source[at] != "]"
            elif source[at] == "[":
                in_class = True
            elif source[at] == "(":
                named = _NAME.match(source, at)
                if named:
                    self._names.add(named[1])
                self._groups += bool(named) or source[at + 1 : at + 2] != "?"
            at += 1

    def _piece(self) -> str:
        character = self._source[self._at]
        if character == "\\":
            return self._escape()
        if character == "[":
            return self._class()
        if character == "(":
            return self._open()
        if character == "{":
            return self._brace()
        self._at += 1
        if character in "*+?":
            return character + self._lazy()
        return {".": r"[^\n\r\u2028\u2029]", "$": r"\Z", "^": r"\A", ")": ")", "|": "|"}.get(
            character
        ) or _escaped(character)

    def _lazy(self) -> str:
        """Read what may follow a quantifier: `?`, and no other one."""
        lazy = "?" if self._source.startswith("?", self._at) else ""
        self._at += len(lazy)
        if self._source[self._at : self._at + 1] in ("*", "+", "?") or _COUNT.match(
            self._source, self._at
        ):
            raise PatternInvalid("nothing to repeat")
        return lazy

    def _brace(self) -> str:
        count = _COUNT.match(self._source, self._at)
        if not count:
            self._at += 1
            return r"\{"
        self._at = count.end()
        return count[0] + self._lazy()

    def _open(self) -> str:
        named = _NAME.match(self._source, self._at)
        if named:
            self._at = named.end()
            return f"(?P<{named[1].replace('$', '_')}>"
        group = _GROUP.match(self._source, self._at)
        if not group and self._source.startswith("(?", self._at):
            raise PatternInvalid("invalid group: there are (?: (?= (?! (?<= (?<! (?<name> and (?i:")
        self._at = group.end() if group else self._at + 1
        return group[0] if group else "("

    def _escape(self) -> str:
        rest = self._source[self._at + 1 :]
        if not rest:
            raise PatternInvalid("\\ at the end of the pattern")
        reference = _REFERENCE.match(rest)
        if reference and (reference[1] or self._names):
            return self._refer(reference)
        if rest[0] in "dDwWbB":
            self._at += 2
            return "\\" + rest[0]
        if rest[0] in "sS":
            self._at += 2
            return f"[{SPACE}]" if rest[0] == "s" else _NOT_SPACE
        return _escaped(self._literal())

    def _refer(self, reference: re.Match[str]) -> str:
        name = (reference[1] or reference[2]).replace("$", "_")
        is_known = int(name) <= self._groups if reference[1] else reference[2] in self._names
        if not is_known:
            raise PatternInvalid(f"\\{reference[0]} refers to no group")
        self._at += 1 + reference.end()
        back = f"\\{name}" if reference[1] else f"(?P={name})"
        return f"(?({name}){back})"

    def _literal(self) -> str:
        """Read an escape that stands for one character."""
        rest = self._source[self._at + 1 : self._at + 6]
        code = _HEX.match(rest)
        if code:
            self._at += 1 + code.end()
            if code[3]:
                return chr(ord(code[3]) % 32)
            return chr(int(code[1] or code[2], 16))
        self._at += 2
        return _LETTERS.get(rest[0], rest[0])

    def _class(self) -> str:
        """Read `[…]`: ranges, and what no Python class can hold beside them."""
        self._at += 1
        is_negated = self._source.startswith("^", self._at)
        self._at += is_negated
        inside: list[str] = []
        has_not_space = False
        while not self._source.startswith("]", self._at):
            if self._at >= len(self._source):
                raise PatternInvalid("a class [ is never closed")
            item, is_set = self._item()
            has_not_space |= item == _NOT_SPACE
            if item == _NOT_SPACE:
                continue
            if not is_set and self._is_range():
                self._at += 1
                last, is_last_set = self._item()
                if is_last_set:
                    inside += [item, r"\-", "" if last == _NOT_SPACE else last]
                    has_not_space |= last == _NOT_SPACE
                    continue
                item = f"{item}-{last}"
            inside.append(item)
        self._at += 1
        return _class_of("".join(inside), has_not_space=has_not_space, is_negated=is_negated)

    def _is_range(self) -> bool:
        rest = self._source[self._at : self._at + 2]
        return len(rest) == 2 and rest[0] == "-" and rest[1] != "]"

    def _item(self) -> tuple[str, bool]:
        """Read one character or set of a class; tell whether it is a set."""
        if self._at >= len(self._source):
            raise PatternInvalid("a class [ is never closed")
        character = self._source[self._at]
        if character != "\\":
            self._at += 1
            return _escaped(character), False
        kind = self._source[self._at + 1 : self._at + 2]
        if not kind:
            raise PatternInvalid("\\ at the end of the pattern")
        if kind in "dDwW":
            self._at += 2
            return "\\" + kind, True
        if kind in "sS":
            self._at += 2
            return (SPACE if kind == "s" else _NOT_SPACE), True
        if kind == "b":
            self._at += 2
            return r"\x08", False
        return _escaped(self._literal()), False


def _escaped(character: str) -> str:
    return str(regex.escape(character, special_only=False))


def _class_of(inside: str, *, has_not_space: bool, is_negated: bool) -> str:
    parts = [f"[{inside}]"] if inside else []
    if has_not_space:
        parts.append(_NOT_SPACE)
    if not parts:
        return _ANY if is_negated else "(?!)"
    if len(parts) == 1 and inside:
        return f"[^{inside}]" if is_negated else parts[0]
    either = "|".join(parts)
    return f"(?!{either}){_ANY}" if is_negated else f"(?:{either})"
