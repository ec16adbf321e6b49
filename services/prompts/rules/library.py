"""The library: templates that ship with the platform, for tenants to copy.

Every new tenant starts with a prompt made from each template that is a default, labelled
`production`. A library file is a JSON object: `name`, `title`, `category`, `is_default`,
`description`, `tags`, `parameters`, `variables` (`name`, `type`, `description`, `default`, `enum`),
then `messages` (`role` and `content`) or `text`, and `examples` (`title` and `variables`). Long
texts (`content`, `text`, strings among the variables of an example) are lists of lines.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson

from services.prompts.errors import PromptInvalid, PromptTemplateNotFound
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    Message,
    PromptType,
    check_content,
    content_hash,
    render,
)
from services.prompts.rules.documents import canonical
from services.prompts.rules.prompts import (
    MOST_TAG_CHARACTERS,
    check_description,
    check_name,
    check_tags,
)
from services.prompts.rules.variables import VariableDraft, VariableType
from services.prompts.rules.violations import Violations

MOST_TITLE: Final = 100
MOST_QUERY_CHARACTERS: Final = 200
_SHOWN_OF_HASH: Final = 12


@dataclass(frozen=True, slots=True)
class Example:
    """Values that a template was written for (a JSON object), and what it becomes with them."""

    title: str
    variables_json: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class LibraryPrompt:
    """A template, checked by the same rules as anybody's prompt. `draft` makes the same content."""

    name: str
    title: str
    category: str
    description: str
    tags: list[str]
    is_default: bool
    draft: ContentDraft
    content: Content
    content_hash: str
    examples: tuple[Example, ...]

    @property
    def note(self) -> str:
        """Say in the first version of a copy where it is from."""
        return f"Copied from the template {self.name}, content {self.content_hash[:_SHOWN_OF_HASH]}"


@dataclass(frozen=True, slots=True)
class TemplateFilter:
    """Which templates a list shows. Empty texts filter nothing."""

    category: str = ""
    query: str = ""
    tag: str = ""

    def check(self) -> None:
        """Raise PromptInvalid for texts that are too long."""
        violations = Violations()
        violations.add_text("category", self.category, most=MOST_TAG_CHARACTERS)
        violations.add_text("query", self.query, most=MOST_QUERY_CHARACTERS)
        violations.add_text("tag", self.tag, most=MOST_TAG_CHARACTERS)
        violations.raise_as(PromptInvalid)

    def passes(self, template: LibraryPrompt) -> bool:
        """Tell whether a template is shown: every word of the query must be found in it."""
        told = (template.name, template.title, template.description, template.category)
        text = "\n".join((*told, *template.tags)).casefold()
        return (
            self.category in ("", template.category)
            and (not self.tag or self.tag in template.tags)
            and all(word in text for word in self.query.casefold().split())
        )


def library_prompt(stored: Mapping[str, Any]) -> LibraryPrompt:
    """Check one library file's content, and fill the template with each of its examples.

    Raises PromptInvalid, VariablesInvalid for an example that does not fit, KeyError for a missing
    member.
    """
    violations = Violations()
    check_name(stored["name"], "name", violations)
    violations.add_text("title", stored["title"], least=1, most=MOST_TITLE)
    violations.add_text("category", stored["category"], least=1, most=MOST_TAG_CHARACTERS)
    check_description(stored["description"], "description", violations)
    tags = check_tags(stored["tags"], "tags", violations)
    draft = _draft(stored)
    content = check_content(draft, "content", violations)
    violations.raise_as(PromptInvalid)
    return LibraryPrompt(
        name=stored["name"],
        title=stored["title"],
        category=stored["category"],
        description=stored["description"],
        tags=tags,
        is_default=stored["is_default"],
        draft=draft,
        content=content,
        content_hash=content_hash(content.document()),
        examples=tuple(_example(content, one) for one in stored["examples"]),
    )


def in_order(templates: Iterable[LibraryPrompt]) -> tuple[LibraryPrompt, ...]:
    """Sort templates as lists show them: by category, then title."""
    return tuple(sorted(templates, key=lambda one: (one.category, one.title)))


def template_named(library: Sequence[LibraryPrompt], name: str) -> LibraryPrompt:
    """Return one template. Raises PromptTemplateNotFound."""
    for template in library:
        if template.name == name:
            return template
    raise PromptTemplateNotFound.of(name)


def _draft(stored: Mapping[str, Any]) -> ContentDraft:
    return ContentDraft(
        type=PromptType.TEXT if "text" in stored else PromptType.CHAT,
        text=_text(stored.get("text", "")),
        messages=tuple(
            Message(one["role"], _text(one["content"])) for one in stored.get("messages", ())
        ),
        variables=tuple(_variable(one) for one in stored["variables"]),
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


def _example(content: Content, stored: Mapping[str, Any]) -> Example:
    types = {variable.name: variable.type for variable in content.variables}
    values = {
        name: _text(value) if types.get(name) is VariableType.STRING else value
        for name, value in stored["variables"].items()
    }
    # In the order of the file: it is read by people.
    variables_json = orjson.dumps(values).decode()
    return Example(stored["title"], variables_json, tuple(render(content, variables_json)))


def _text(stored: str | Sequence[str]) -> str:
    """Join the lines of a long text."""
    return stored if isinstance(stored, str) else "\n".join(stored)
