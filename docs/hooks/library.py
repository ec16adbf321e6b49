"""The library of prompt templates, from the files that ship with the prompts service."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from services.prompts.adapters import read_library
from services.prompts.rules.content import PromptType
from services.prompts.rules.documents import canonical
from services.prompts.rules.library import LibraryPrompt
from services.prompts.rules.variables import UNSET, Variable

# Longer than any fence inside of a template.
_FENCE = "`````"


def page(root: Path) -> str:
    """Write every template by category: its variables, its text, and the titles of its examples."""
    del root  # the library is imported, not read
    library = read_library()
    defaults = sum(template.is_default for template in library)
    lines = [
        "# Prompt library",
        "",
        f"{len(library)} templates that ship with the platform, each checked by the rules of any",
        "saved prompt and filled with each of its examples whenever the service starts.",
        f"{defaults} of them are in every new tenant, labelled `production`.",
        "",
        "[Write a prompt](../how-to/write-a-prompt.md#begin-with-a-template) says how to copy one",
        "in the console, or with `POST /v1/prompt-templates/{name}:copy`.",
    ]
    for category, templates in groupby(library, key=lambda template: template.category):
        lines += ["", f"## {category.capitalize()}"]
        for template in templates:
            lines += _section(template)
    return "\n".join(lines) + "\n"


def _section(template: LibraryPrompt) -> Iterator[str]:
    content = template.content
    tags = ", ".join(f"`{tag}`" for tag in template.tags)
    default = " · in every new tenant" if template.is_default else ""
    yield from ("", f"### {template.title}", "")
    yield f"`{template.name}` · {content.type} · tags {tags}{default}"
    yield from ("", template.description, "")
    yield from ("| variable | type | default | meaning |", "|---|---|---|---|")
    yield from map(_row, content.variables)
    yield from ("", f"Parameters: `{canonical(content.parameters).decode()}`.")
    yield f"Examples: {'; '.join(example.title for example in template.examples)}."
    for message in content.messages:
        yield from ("", "Text:" if content.type is PromptType.TEXT else f"{message.role}:")
        yield from ("", f"{_FENCE}text", message.content, _FENCE)


def _row(variable: Variable) -> str:
    kind = variable.type.value
    if variable.choices:
        kind += ": " + ", ".join(_json(choice) for choice in variable.choices)
    default = "required" if variable.default is UNSET else _json(variable.default)
    return f"| `{variable.name}` | {kind} | {default} | {_cell(variable.description)} |"


def _json(value: object) -> str:
    return f"`{_cell(canonical(value).decode())}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
