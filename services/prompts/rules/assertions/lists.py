"""Lists written as one text: `red, "green, or blue", white`."""

import re
from typing import Final

from services.prompts.rules.assertions.words import SPACE, trimmed

_BETWEEN: Final = re.compile(f"[{SPACE},]*")
_SPACES: Final = re.compile(f"[{SPACE}]*")
_QUOTED: Final = re.compile(r'"((?:\\["\\]|""|[^"])*+)"')
_PLAIN: Final = re.compile(r"[^,]+")
_ESCAPE: Final = re.compile(r'\\(["\\])|"(")')


class ListInvalid(ValueError):
    """A quoted part of the list is wrong; the message says how."""


def listed(text: str) -> list[str]:
    r"""Split at commas that are not quoted; raise ListInvalid.

    Parts are trimmed, empty ones left out. In quotes, a quote is written `""` or `\"`.
    """
    found: list[str] = []
    at = _end(_BETWEEN, text, 0)
    while at < len(text):
        if text[at] == '"':
            quoted = _QUOTED.match(text, at)
            if not quoted:
                raise ListInvalid("a quoted part of the list is never closed")
            found.append(_ESCAPE.sub(lambda part: part[1] or part[2], quoted[1]))
            at = _end(_SPACES, text, quoted.end())
            if at < len(text) and text[at] != ",":
                raise ListInvalid("a comma must follow a quoted part of the list")
        else:
            end = _end(_PLAIN, text, at)
            found.append(trimmed(text[at:end]))
            at = end
        at = _end(_BETWEEN, text, at)
    return found


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
