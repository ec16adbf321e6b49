"""What a version holds: checked when saved, written in one canonical form, rendered with values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, Self

import orjson

from services.prompts.errors import VariablesInvalid
from services.prompts.rules import mustache, placeholders
from services.prompts.rules.documents import canonical
from services.prompts.rules.parameters import check_parameters
from services.prompts.rules.placeholders import PLACEHOLDER, ROLES
from services.prompts.rules.references import Use, uses
from services.prompts.rules.rendering import Renderer
from services.prompts.rules.variables import (
    UNSET,
    Variable,
    VariableDraft,
    VariableType,
    bind,
    check_variables,
    is_variable_name,
    read_values,
)
from services.prompts.rules.violations import Violations

MOST_MESSAGES: Final = 100
MOST_MESSAGE_CHARACTERS: Final = 200_000
MOST_CONTENT_CHARACTERS: Final = 1_000_000
MOST_MODEL_CHARACTERS: Final = 200


class PromptType(StrEnum):
    """Form of a prompt: it never changes between versions."""

    TEXT = "text"
    CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Message:
    """One message: a template in a version, final text when rendered."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ContentDraft:
    """Content as a caller gives it, nothing checked. `text` is for TEXT, `messages` for CHAT."""

    type: PromptType | None
    text: str = ""
    messages: tuple[Message, ...] = ()
    variables: tuple[VariableDraft, ...] = ()
    model: str = ""
    parameters_json: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Checked content. A text prompt is one user message.

    `undeclared` names the variables that the templates use and nobody declared: required strings.
    """

    type: PromptType
    messages: tuple[Message, ...]
    variables: tuple[Variable, ...]
    undeclared: tuple[str, ...]
    model: str
    parameters: Mapping[str, object]

    def document(self) -> bytes:
        """Write the content as canonical JSON: what is stored, and what the hash is taken of."""
        return canonical(
            {
                "type": self.type,
                "messages": [{"role": one.role, "content": one.content} for one in self.messages],
                "variables": [_variable_document(variable) for variable in self.variables],
                "undeclared": self.undeclared,
                "model": self.model,
                "parameters": self.parameters,
            }
        )

    def all_variables(self) -> list[Variable]:
        """Return the declared variables, and those that templates and placeholders imply."""
        known = {variable.name: variable for variable in self.variables}
        for name in placeholders.names(self.messages):
            known.setdefault(name, Variable(name, VariableType.LIST))
        for name in self.undeclared:
            known.setdefault(name, Variable(name))
        return list(known.values())

    @classmethod
    def from_document(cls, document: str | bytes) -> Self:
        """Read back what `document` wrote."""
        stored = orjson.loads(document)
        return cls(
            type=PromptType(stored["type"]),
            messages=tuple(Message(one["role"], one["content"]) for one in stored["messages"]),
            variables=tuple(_variable_from(one) for one in stored["variables"]),
            undeclared=tuple(stored["undeclared"]),
            model=stored["model"],
            parameters=stored["parameters"],
        )


def content_hash(document: bytes) -> str:
    """SHA-256 of canonical content, in hex: equal for equal content, whoever saved it."""
    return sha256(document).hexdigest()


def check_content(draft: ContentDraft, field: str, violations: Violations) -> Content:
    """Check everything about a draft; each fault is noted as `field.…`, in templates with its line.

    What is returned may be used only when nothing was noted.
    """
    variables = check_variables(draft.variables, f"{field}.variables", violations)
    parameters = check_parameters(draft.parameters_json, f"{field}.parameters", violations)
    check_model(draft.model, f"{field}.model", violations)
    messages = check_form(draft, field, violations)
    declared = {variable.name: variable.type for variable in variables}
    placeholders.check(messages, declared, violations)
    undeclared: dict[str, None] = {}
    for at, message in messages:
        if message.role == PLACEHOLDER:
            continue
        for name in _check_template(message.content, declared, at, violations):
            undeclared[name] = None
    return Content(
        type=draft.type or PromptType.TEXT,
        messages=tuple(message for _, message in messages),
        variables=variables,
        undeclared=tuple(undeclared),
        model=draft.model,
        parameters=parameters,
    )


def render(content: Content, variables_json: str) -> list[Message]:
    """Fill all messages. Raises VariablesInvalid that lists all at fault, or RenderTooLarge."""
    values = bind(content.all_variables(), read_values(variables_json))
    renderer = Renderer(values)
    violations = Violations()
    messages: list[Message] = []
    for message in content.messages:
        if message.role == PLACEHOLDER:
            given = placeholders.read(values[message.content], message.content, violations)
            messages += (Message(role, renderer.keep(text)) for role, text in given)
        else:
            text = renderer.render(mustache.parse(message.content))
            messages.append(Message(message.role, text))
    for path in renderer.missing:
        violations.add(
            f"variables.{path}", "is missing: the template prints it, and no value has it"
        )
    violations.raise_as(VariablesInvalid)
    return messages


def check_form(
    draft: ContentDraft, field: str, violations: Violations
) -> list[tuple[str, Message]]:
    """Check that text and messages suit the type; return each message with its field."""
    if draft.type is None:
        violations.add(f"{field}.type", "must be text or chat")
        return []
    if draft.type is PromptType.TEXT:
        if draft.messages:
            violations.add(f"{field}.messages", "must be empty in a text prompt")
        messages = [(f"{field}.text", Message("user", draft.text))]
    else:
        if draft.text:
            violations.add(f"{field}.text", "must be empty in a chat prompt")
        if not 1 <= len(draft.messages) <= MOST_MESSAGES:
            violations.add(f"{field}.messages", f"must be 1..{MOST_MESSAGES} messages")
            return []
        messages = [
            (f"{field}.messages[{index}].content", message)
            for index, message in enumerate(draft.messages)
        ]
        for index, message in enumerate(draft.messages):
            if message.role not in (*ROLES, PLACEHOLDER):
                violations.add(
                    f"{field}.messages[{index}].role",
                    f"must be one of {', '.join((*ROLES, PLACEHOLDER))}",
                )
    for at, message in messages:
        violations.add_text(at, message.content, least=1, most=MOST_MESSAGE_CHARACTERS)
    if sum(len(message.content) for _, message in messages) > MOST_CONTENT_CHARACTERS:
        violations.add(
            f"{field}.messages", f"must have {MOST_CONTENT_CHARACTERS:,} characters in all at most"
        )
    return messages


def _check_template(
    template: str, declared: Mapping[str, VariableType], field: str, violations: Violations
) -> list[str]:
    """Check one template; return the variables that it uses undeclared."""
    try:
        nodes = mustache.parse(template)
    except mustache.TemplateError as problem:
        violations.add(field, str(problem))
        return []
    undeclared = []
    for use in uses(nodes, declared):
        if use.name not in declared:
            undeclared.append(use.name)
        wrong = problem_of_use(use, declared.get(use.name))
        if wrong:
            tag = use.tag
            fault = mustache.TemplateError(template, tag.offset, tag.end, wrong)
            violations.add(field, str(fault))
    return undeclared


def problem_of_use(use: Use, type_: VariableType | None) -> str:
    """Say what is wrong with a use of a variable of this type (None: undeclared); "" if nothing."""
    name = use.name
    if not is_variable_name(name):
        return (
            f"{name!r} cannot be a variable's name: letters, digits and underscores, no digit first"
        )
    if use.has_fields and type_ is None:
        return f"to read a field of {name}, declare it as an object"
    if use.has_fields and type_ is not VariableType.OBJECT:
        return f"{name} is declared as {type_} and has no fields"
    return ""


def check_model(model: str, field: str, violations: Violations) -> None:
    """Note the field unless it can name a model."""
    violations.add_text(field, model, most=MOST_MODEL_CHARACTERS)
    if model and (not model.isprintable() or " " in model):
        violations.add(field, "must have no spaces or control characters")


def _variable_document(variable: Variable) -> dict[str, object]:
    document: dict[str, object] = {
        "name": variable.name,
        "type": variable.type,
        "description": variable.description,
        "enum": variable.choices,
    }
    if variable.default is not UNSET:
        document["default"] = variable.default
    return document


def _variable_from(stored: Mapping[str, object]) -> Variable:
    choices = stored["enum"]
    return Variable(
        name=str(stored["name"]),
        type=VariableType(str(stored["type"])),
        description=str(stored["description"]),
        default=stored.get("default", UNSET),
        choices=tuple(choices) if isinstance(choices, list) else (),
    )
