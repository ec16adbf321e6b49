"""The result of a merge as a draft, and what can stand at a place of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.documents import canonical
from services.prompts.rules.variables import VariableDraft, VariableType


@dataclass(frozen=True, slots=True)
class Kind:
    """What can stand at a place: says what is wrong with a value ("" when nothing is).

    `undecided` makes the value that stands for two that differ: no version has one like it.
    """

    problem: Callable[[object], str]
    undecided: Callable[[str], Any]


_VARIABLE_KEYS = {"type", "description", "default", "enum"}
_TYPES = {type_.value for type_ in VariableType}


def draft_of(
    type_: PromptType,
    messages: Sequence[Mapping[str, str]],
    variables: Sequence[Mapping[str, Any]],
    model: str,
    parameters: object,
) -> ContentDraft:
    """Make the draft of parts as versions store them."""
    is_text = type_ is PromptType.TEXT
    return ContentDraft(
        type=type_,
        text=messages[0]["content"] if is_text else "",
        messages=() if is_text else tuple(Message(one["role"], one["content"]) for one in messages),
        variables=tuple(map(_variable, variables)),
        model=model,
        parameters_json=canonical(parameters).decode(),
    )


def _no_problem(_value: object) -> str:
    """Take any JSON value: what is wrong with it is said when the whole result is checked."""
    return ""


def _problem_of_text(value: object) -> str:
    """Say what is wrong with a text."""
    return "" if isinstance(value, str) else "must be text"


def _problem_of_messages(value: object) -> str:
    """Say what is wrong with a list of messages."""
    is_fine = isinstance(value, list) and all(
        isinstance(one, dict)
        and set(one) == {"role", "content"}
        and all(isinstance(part, str) for part in one.values())
        for one in value
    )
    return "" if is_fine else "must be a list of messages, each with a role and a content"


def _problem_of_variable(value: object) -> str:
    """Say what is wrong with a declaration, or with a part of one."""
    is_fine = (
        isinstance(value, dict)
        and set(value) <= _VARIABLE_KEYS
        and value.get("type", "string") in _TYPES
        and isinstance(value.get("description", ""), str)
        and isinstance(value.get("enum", []), list)
    )
    return "" if is_fine else "must be an object of type, description, default and enum"


ANY: Final = Kind(_no_problem, lambda mark: mark)
TEXT: Final = Kind(_problem_of_text, lambda mark: mark)
MESSAGES: Final = Kind(_problem_of_messages, lambda mark: [{"role": mark, "content": mark}])
VARIABLE: Final = Kind(
    _problem_of_variable, lambda mark: {"type": mark, "description": mark, "enum": []}
)


def _variable(stored: Mapping[str, Any]) -> VariableDraft:
    return VariableDraft(
        name=stored["name"],
        type=VariableType(stored.get("type", "string")),
        description=stored.get("description", ""),
        default_json=canonical(stored["default"]).decode() if "default" in stored else "",
        enum_json=tuple(canonical(one).decode() for one in stored.get("enum", ())),
    )
