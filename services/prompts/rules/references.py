"""Finds the variables that a template uses without a declaration, before any value is known.

Outside of sections that open lists and objects, every name is a variable. Inside of them an
undeclared name is a field of the current item: only rendering can tell whether it is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.prompts.rules.mustache import Node, Section, Text, Value
from services.prompts.rules.variables import VariableType

_WITH_FIELDS = (VariableType.LIST, VariableType.OBJECT)


@dataclass(frozen=True, slots=True)
class Use:
    """A variable used by a tag of the template; `has_fields` when as `{{name.field}}`."""

    name: str
    tag: Value | Section

    @property
    def has_fields(self) -> bool:
        """Tell whether the tag reads a field of the variable."""
        return len(self.tag.path) > 1


def uses(nodes: Sequence[Node], declared: Mapping[str, VariableType]) -> Iterator[Use]:
    """Yield each use of a variable that is surely one, in the order of the template."""
    for node in nodes:
        if isinstance(node, Text) or (not node.path and not isinstance(node, Section)):
            continue
        if node.path:
            yield Use(node.path[0], node)
        if isinstance(node, Section) and (node.is_inverted or not opens_items(node, declared)):
            yield from uses(node.body, declared)


def opens_items(section: Section, declared: Mapping[str, VariableType]) -> bool:
    """Tell whether names inside of the section may be fields of an item."""
    if len(section.path) != 1:
        return True
    return declared.get(section.path[0], VariableType.STRING) in _WITH_FIELDS
