"""JSON read strictly, with the line of each field for those who ask.

Lines are looked for only once somebody asks: a file without faults never pays for them.
"""

import re
from functools import cached_property
from typing import Any, Final

import orjson

from services.prompts.rules.imports.entries import Broken

MOST_DEPTH: Final = 220
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class JsonDocument:
    """A JSON document's value, and the line of each path in it, such as `[3].prompt[0].role`."""

    def __init__(self, file: str, text: str) -> None:
        self._text = text
        try:
            self.value: Any = orjson.loads(text)
        except orjson.JSONDecodeError as problem:
            raise Broken(
                file, f"is not valid JSON: {problem.msg}", line=problem.lineno
            ) from problem
        if _is_deeper(self.value, MOST_DEPTH):
            raise Broken(file, f"nests deeper than {MOST_DEPTH} levels")

    def line_of(self, path: str) -> int:
        """Return the line of a path, or of the nearest one above it."""
        while path and path not in self._lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self._lines.get(path, 1)

    @cached_property
    def _lines(self) -> dict[str, int]:
        lines: dict[str, int] = {}
        stack: list[tuple[str, int | None]] = []
        path, line, at = "", 1, 0
        key = ""
        for token in _TOKEN.finditer(self._text):
            line += self._text.count("\n", at, token.start())
            at, text = token.start(), token.group()
            if text in ("}", "]"):
                path, _ = stack.pop()
            elif text == ",":
                holder, index = stack[-1]
                stack[-1] = (holder, None if index is None else index + 1)
            elif text == ":":
                holder, _ = stack[-1]
                path = f"{holder}.{key}" if holder else key
                continue
            elif stack and stack[-1][1] is None and text[0] == '"' and self._is_key(token.end()):
                key = orjson.loads(text)
                continue
            else:
                if stack and stack[-1][1] is not None:
                    path = f"{stack[-1][0]}[{stack[-1][1]}]"
                lines.setdefault(path, line)
                if text in ("{", "["):
                    stack.append((path, 0 if text == "[" else None))
        return lines

    def _is_key(self, end: int) -> bool:
        rest = self._text[end : end + 64].lstrip()
        return rest.startswith(":")


def _is_deeper(document: Any, most: int) -> bool:
    """Walk level by level: no recursion, so no input can exhaust the stack."""
    level = [document]
    for _ in range(most + 1):
        containers = [node for node in level if isinstance(node, dict | list)]
        if not containers:
            return False
        level = [
            child
            for node in containers
            for child in (node.values() if isinstance(node, dict) else node)
        ]
    return True
