"""What rules look at: a draft, read once for all of them, faults of its templates set aside."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from services.prompts.rules.lint.findings import Code, Finding, Fix, Place
from services.prompts.rules.mustache import Node, Section, TemplateError, Text, Value, parse
from services.prompts.rules.references import opens_items
from services.prompts.rules.variables import Variable, VariableType

CountTokens = Callable[[str], int]
# Faults of one template that are told at once, and the characters read to find them.
_MOST_FAULTS: Final = 20
_MOST_READ: Final = 500_000


@dataclass(frozen=True)
class Message:
    """One message: its template as written, as nodes, and the faults that keep it from being read.

    With faults, `nodes` are those of the template without the tags at fault.
    """

    field: str
    index: int
    role: str
    template: str
    nodes: Sequence[Node]
    faults: Sequence[TemplateError]

    @cached_property
    def _lines(self) -> list[int]:
        starts, at = [0], 0
        while (at := self.template.find("\n", at) + 1) > 0:
            starts.append(at)
        return starts

    def lines(self) -> Iterator[tuple[int, int]]:
        """Yield start and end of each line, its line break left out."""
        ends = [*(start - 1 for start in self._lines[1:]), len(self.template)]
        yield from zip(self._lines, ends, strict=True)

    def line(self, offset: int) -> int:
        """Return the line, from 1, that a character stands on."""
        return bisect_right(self._lines, offset)

    def finding(
        self,
        code: Code,
        message: str,
        part: tuple[int, int],
        *,
        variable: str = "",
        fix: Fix | None = None,
    ) -> Finding:
        """Say something about the part [start, end) of the template."""
        start, end = part
        line, end_line = self.line(start), self.line(end)
        place = Place(
            message_index=self.index,
            start=start,
            end=end,
            line=line,
            column=start - self._lines[line - 1] + 1,
            end_line=end_line,
            end_column=end - self._lines[end_line - 1] + 1,
        )
        return Finding(code, message, self.field, place, variable, fix)


@dataclass(frozen=True, slots=True)
class Visit:
    """A tag, and the sections over items that it stands in: there, names may be their fields."""

    tag: Value | Section
    items: tuple[Section, ...]

    @property
    def name(self) -> str:
        """Return the first name of the tag's path; "" for `{{.}}`."""
        return self.tag.path[0] if self.tag.path else ""

    @property
    def part(self) -> tuple[int, int]:
        """Return where the tag stands; of a section, the tag that opens it."""
        return self.tag.offset, self.tag.end


@dataclass(frozen=True)
class Subject:
    """A draft as rules see it. `count_tokens` costs time: rules ask it for long texts only.

    `placeholders` are the variables whose messages stand among the others.
    """

    field: str
    messages: Sequence[Message]
    variables: Sequence[Variable]
    parameters: Mapping[str, object]
    count_tokens: CountTokens
    placeholders: frozenset[str] = frozenset()

    @cached_property
    def declared(self) -> dict[str, Variable]:
        """Variables by name."""
        return {variable.name: variable for variable in self.variables}

    @cached_property
    def types(self) -> dict[str, VariableType]:
        """Types of the declared variables."""
        return {variable.name: variable.type for variable in self.variables}

    @property
    def is_readable(self) -> bool:
        """Tell whether all templates could be read: what is missing may stand in a broken tag."""
        return not any(message.faults for message in self.messages)

    def visits(self, message: Message) -> Sequence[Visit]:
        """Return each tag of a message, in its order."""
        return self._all_visits[message.index]

    @cached_property
    def _all_visits(self) -> list[tuple[Visit, ...]]:
        return [tuple(self._visits(message.nodes, ())) for message in self.messages]

    def _visits(self, nodes: Sequence[Node], items: tuple[Section, ...]) -> Iterator[Visit]:
        for node in nodes:
            if isinstance(node, Text):
                continue
            yield Visit(node, items)
            if isinstance(node, Section):
                has_items = not node.is_inverted and opens_items(node, self.types)
                yield from self._visits(node.body, (*items, node) if has_items else items)


def read_message(field: str, index: int, role: str, template: str) -> Message:
    """Read a template past its faults: a tag at fault is blanked, and the rest is read again."""
    faults: list[TemplateError] = []
    nodes: Sequence[Node] = ()
    left = template
    for _ in range(min(_MOST_FAULTS, 1 + _MOST_READ // (len(template) + 1))):
        try:
            nodes = parse(left)
        except TemplateError as fault:
            faults.append(fault)
            left = left[: fault.offset] + _blank(left[fault.offset : fault.end]) + left[fault.end :]
        else:
            break
    faults.sort(key=lambda fault: fault.offset)
    return Message(field, index, role, template, nodes, faults)


def _blank(tag: str) -> str:
    return "".join("\n" if character == "\n" else " " for character in tag)
