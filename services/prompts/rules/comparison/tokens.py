"""What a version costs before anything is run, in tokens."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.prompts.rules.content import Content
from services.prompts.rules.documents import canonical
from services.prompts.rules.mustache import Node, Section, Text, parse
from services.prompts.rules.placeholders import PLACEHOLDER, names
from services.prompts.rules.references import opens_items
from services.prompts.rules.variables import UNSET, Variable

VOCABULARY: Final = "o200k_base"
CountTokens = Callable[[str], int]
# Models of OpenAI that count by this vocabulary, as tiktoken lists them (tiktoken/model.py, MIT).
# A name stands for itself, and for what goes on after a dash, a dot or a colon.
_OWN: Final = ("gpt-4o", "chatgpt-4o", "gpt-4.1", "gpt-4.5", "gpt-5", "gpt-oss", "o1", "o3", "o4")
_SIMULATED: Final = "sim-"
# What a chat message costs beside its text, and what an answer's beginning costs (OpenAI cookbook).
_PER_MESSAGE: Final = 3
_PER_ANSWER: Final = 3
_LIMITS: Final = ("max_output_tokens", "max_completion_tokens", "max_tokens")
_DOCUMENTS: Final = ("tools", "response_format")


@dataclass(frozen=True, slots=True)
class TokenEstimate:
    """Tokens of what a version always sends, and what that leaves out.

    `uncounted` are printed variables without a default, and placeholders. `tools_and_schema` is
    part of `input`. `most_output` is 0 where the parameters set no limit.
    """

    input: int
    is_own_vocabulary: bool
    uncounted: tuple[str, ...]
    has_sections: bool
    tools_and_schema: int
    most_output: int


def estimate(content: Content, count: CountTokens) -> TokenEstimate:
    """Count fixed text, a section's text once, variables by their default, tools and schema."""
    reading = _Reading(content)
    texts = [
        f"{message.role}\n{''.join(reading.texts(parse(message.content)))}"
        for message in content.messages
        if message.role != PLACEHOLDER
    ]
    for name in names(content.messages):
        # Messages that a call puts in; a default of them is rare, and not counted either.
        reading.uncounted[name] = None
    documents = [
        canonical(content.parameters[name]).decode()
        for name in _DOCUMENTS
        if content.parameters.get(name)
    ]
    in_documents = sum(map(count, documents))
    return TokenEstimate(
        input=sum(map(count, texts)) + _PER_MESSAGE * len(texts) + _PER_ANSWER + in_documents,
        is_own_vocabulary=is_own_vocabulary(content.model),
        uncounted=tuple(reading.uncounted),
        has_sections=reading.has_sections,
        tools_and_schema=in_documents,
        most_output=_most_output(content.parameters),
    )


def is_own_vocabulary(model: str) -> bool:
    """Tell whether a model is known to count by this vocabulary."""
    name = model.lower().rpartition("/")[2].removeprefix("ft:")
    if name.startswith(_SIMULATED):
        return True
    return any(name == own or name.startswith((f"{own}-", f"{own}.", f"{own}:")) for own in _OWN)


class _Reading:
    """Reads templates, noting what cannot be counted."""

    def __init__(self, content: Content) -> None:
        self._defaults = {variable.name: variable for variable in content.variables}
        self._types = {variable.name: variable.type for variable in content.variables}
        self.uncounted: dict[str, None] = {}
        self.has_sections = False

    def texts(self, nodes: Sequence[Node], *, in_items: bool = False) -> Iterator[str]:
        for node in nodes:
            match node:
                case Text(text):
                    yield text
                case Section(body=body):
                    self.has_sections = True
                    opens = not node.is_inverted and opens_items(node, self._types)
                    if opens:
                        self._note_items(node.path, in_items=in_items)
                    yield from self.texts(body, in_items=in_items or opens)
                case _:
                    yield self._default(node.path, in_items=in_items)

    def _note_items(self, path: Sequence[str], *, in_items: bool) -> None:
        """Note a list or object whose items only a call can tell."""
        variable = self._defaults.get(path[0]) if path else None
        if variable is not None and not in_items and variable.default is UNSET:
            self.uncounted[variable.name] = None

    def _default(self, path: Sequence[str], *, in_items: bool) -> str:
        """Return the text of what a tag prints by default; "" where only a call can tell."""
        name = path[0] if path else ""
        variable = self._defaults.get(name)
        if variable is None:
            # Inside of a list's section it may be a field of an item: the list is what is missing.
            if name and not in_items:
                self.uncounted[name] = None
            return ""
        found = _followed(variable, path[1:])
        if found is UNSET:
            self.uncounted[name] = None
            return ""
        if isinstance(found, str):
            return found
        return "" if found is None else canonical(found).decode()


def _followed(variable: Variable, path: Sequence[str]) -> object:
    found = variable.default
    for name in path:
        if not isinstance(found, Mapping) or name not in found:
            return UNSET
        found = found[name]
    return found


def _most_output(parameters: Mapping[str, object]) -> int:
    """Return the limit of output tokens that the parameters set, 0 where there is none."""
    for name in _LIMITS:
        limit = parameters.get(name)
        if isinstance(limit, int | float) and not isinstance(limit, bool):
            return int(limit)
    return 0
