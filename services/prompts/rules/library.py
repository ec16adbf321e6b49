"""The default library: prompts that every new tenant starts with, each labelled `production`.

A library file is a JSON object: `name`, `description`, `tags`, `note`, `model`, `parameters`,
`variables` (`name`, `type`, `description`, `default`, `enum`) and `messages` (`role`, and `content`
as a list of lines).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.prompts.errors import PromptInvalid
from services.prompts.rules.content import Content, ContentDraft, Message, PromptType, check_content
from services.prompts.rules.documents import canonical
from services.prompts.rules.prompts import check_description, check_name, check_note, check_tags
from services.prompts.rules.variables import VariableDraft, VariableType
from services.prompts.rules.violations import Violations


@dataclass(frozen=True, slots=True)
class LibraryPrompt:
    """A prompt of the library, checked by the same rules as anybody's."""

    name: str
    description: str
    tags: list[str]
    note: str
    content: Content


def library_prompt(stored: Mapping[str, Any]) -> LibraryPrompt:
    """Check one library file's content. Raises PromptInvalid, KeyError for a missing member."""
    violations = Violations()
    check_name(stored["name"], "name", violations)
    check_description(stored["description"], "description", violations)
    check_note(stored["note"], "note", violations)
    prompt = LibraryPrompt(
        name=stored["name"],
        description=stored["description"],
        tags=check_tags(stored["tags"], "tags", violations),
        note=stored["note"],
        content=check_content(_draft(stored), "content", violations),
    )
    violations.raise_as(PromptInvalid)
    return prompt


def _draft(stored: Mapping[str, Any]) -> ContentDraft:
    return ContentDraft(
        type=PromptType.CHAT,
        messages=tuple(
            Message(one["role"], "\n".join(one["content"])) for one in stored["messages"]
        ),
        variables=tuple(_variable(one) for one in stored["variables"]),
        model=stored["model"],
        parameters_json=canonical(stored["parameters"]).decode(),
    )


def _variable(stored: Mapping[str, Any]) -> VariableDraft:
    return VariableDraft(
        name=stored["name"],
        type=VariableType(stored["type"]),
        description=stored["description"],
        default_json=canonical(stored["default"]).decode() if "default" in stored else "",
        enum_json=tuple(canonical(one).decode() for one in stored.get("enum", ())),
    )
