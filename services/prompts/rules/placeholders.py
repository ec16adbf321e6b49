"""Placeholders: where the messages of a list variable stand in a chat prompt.

A placeholder is a message whose role is `placeholder` and whose content is the variable's name. The
value is a list of objects with `role` and `content`; their texts are sent on as they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Protocol

from services.prompts.errors import RenderTooLarge
from services.prompts.rules.variables import VariableType, is_variable_name
from services.prompts.rules.violations import Violations

PLACEHOLDER: Final = "placeholder"
ROLES: Final = ("system", "user", "assistant")
MOST_GIVEN: Final = 1_000


class Message(Protocol):
    """A message of a version."""

    @property
    def role(self) -> str:
        """One of the roles, or `placeholder`."""
        ...

    @property
    def content(self) -> str:
        """A template; of a placeholder, the variable's name."""
        ...


def names(messages: Iterable[Message]) -> list[str]:
    """Return the variables that placeholders name, in the order of the messages, each once."""
    return list(dict.fromkeys(one.content for one in messages if one.role == PLACEHOLDER))


def check(
    messages: Sequence[tuple[str, Message]],
    declared: Mapping[str, VariableType],
    violations: Violations,
) -> None:
    """Note each placeholder whose name cannot be one, or is declared as something else."""
    for at, message in messages:
        # That it is empty, or too long for any message, was noted with the others.
        if message.role != PLACEHOLDER or not message.content:
            continue
        type_ = declared.get(message.content, VariableType.LIST)
        if not is_variable_name(message.content):
            violations.add(
                at, "a placeholder is the name of a variable: letters, digits and underscores"
            )
        elif type_ is not VariableType.LIST:
            violations.add(
                at,
                f"{message.content} is declared as {type_}: a placeholder takes a list of messages",
            )


def read(value: object, name: str, violations: Violations) -> list[tuple[str, str]]:
    """Return role and text of what a placeholder was given, faults noted as `variables.<name>`.

    Raises RenderTooLarge for more than 1,000.
    """
    items = value if isinstance(value, list) else []
    if len(items) > MOST_GIVEN:
        raise RenderTooLarge(f"{name} has more than {MOST_GIVEN:,} messages")
    messages = []
    for index, item in enumerate(items):
        match item:
            case {"role": str(role), "content": str(content)} if role in ROLES and len(item) == 2:
                messages.append((role, content))
            case _:
                violations.add(
                    f"variables.{name}[{index}]",
                    "must be a message: an object with a role (system, user or assistant) and a "
                    "content that is a text",
                )
    return messages
