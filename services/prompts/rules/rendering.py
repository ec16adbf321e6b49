"""Fills a parsed template with values.

Sections: `false`, null, "" and [] close them, and so does a field that is not there; everything
else opens them, 0 and {} too. A list repeats the section for each item; any other value becomes the
current item. Where text is expected: strings stand as they are, null is nothing, everything else is
written as JSON.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from services.prompts.errors import RenderTooLarge
from services.prompts.rules.documents import canonical
from services.prompts.rules.mustache import Node, Section, Text, Value

MOST_OUTPUT_BYTES: Final = 1_000_000
# Nested sections over long lists multiply: so many steps take some 50 ms.
MOST_STEPS: Final = 100_000

_MISSING: Final = object()


class Renderer:
    """Renders the messages of one prompt: bounds of output and work count for all of them together.

    `missing` gathers the paths of fields that a `{{path}}` asked for and no item had.
    """

    def __init__(self, values: Mapping[str, object]) -> None:
        self.missing: dict[str, None] = {}
        self._stack: list[object] = [values]
        self._pieces: list[str] = []
        self._characters = 0
        self._output_bytes = 0
        self._steps = 0

    def render(self, nodes: Sequence[Node]) -> str:
        """Fill one template. Raises RenderTooLarge past 1,000,000 bytes or 100,000 steps."""
        self._pieces.clear()
        self._fill(nodes)
        return self.keep("".join(self._pieces))

    def keep(self, text: str) -> str:
        """Count a text that goes out as it is. Raises RenderTooLarge past 1,000,000 bytes."""
        self._output_bytes += len(text.encode())
        if self._output_bytes > MOST_OUTPUT_BYTES:
            raise _too_large()
        return text

    def _fill(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            self._count_step()
            match node:
                case Text(text):
                    self._write(text)
                case Value(path):
                    self._write(self._text_of(path))
                case Section(path, is_inverted, body):
                    self._fill_section(self._look_up(path), is_inverted, body)

    def _fill_section(self, value: object, is_inverted: bool, body: Sequence[Node]) -> None:  # noqa: FBT001
        is_closed = value is _MISSING or value is None or value is False or value in ("", [])
        if is_inverted:
            if is_closed:
                self._fill(body)
            return
        if is_closed:
            return
        for item in value if isinstance(value, list) else (value,):
            self._count_step()
            self._stack.append(item)
            self._fill(body)
            self._stack.pop()

    def _text_of(self, path: tuple[str, ...]) -> str:
        value = self._look_up(path)
        if isinstance(value, str):
            return value
        if value is None:
            return ""
        if value is _MISSING:
            self.missing[".".join(path)] = None
            return ""
        return canonical(value).decode()

    def _look_up(self, path: tuple[str, ...]) -> object:
        """Follow a path: its first name in the innermost item that has it, the rest inside."""
        if not path:
            return self._stack[-1]
        for item in reversed(self._stack):
            if isinstance(item, Mapping) and path[0] in item:
                found: object = item[path[0]]
                break
        else:
            return _MISSING
        for name in path[1:]:
            if not isinstance(found, Mapping) or name not in found:
                return _MISSING
            found = found[name]
        return found

    def _write(self, text: str) -> None:
        # Characters are a lower bound of bytes: memory stays bounded, the exact count comes last.
        self._characters += len(text)
        if self._characters > MOST_OUTPUT_BYTES:
            raise _too_large()
        self._pieces.append(text)

    def _count_step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise RenderTooLarge(f"filling the prompt takes more than {MOST_STEPS:,} steps")


def _too_large() -> RenderTooLarge:
    return RenderTooLarge(f"the rendered prompt is larger than {MOST_OUTPUT_BYTES:,} bytes")
