"""Langfuse: JSON as its Prompts page exports it since 2026-08-06, or as its API answers.

A list of prompt versions, or an API page's `data`, or one: `name`, `type` (`text` or `chat`),
`prompt` (a text, or messages), `config`, `labels`, `tags`, `version`, `commitMessage`
(langfuse.com/docs/prompt-management/data-model, langfuse/langfuse#13774).
`config.model` becomes the model, what else is in `config` the parameters. Versions are taken in the
order of their numbers. `latest` always is the newest version here, so it does not come along.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import orjson

from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.imports.entries import (
    ImportedPrompt,
    ImportedVersion,
    Note,
    Pending,
    Spot,
)
from services.prompts.rules.imports.fields import Fields, broken
from services.prompts.rules.imports.json_documents import JsonDocument
from services.prompts.rules.imports.names import label_name, prompt_name, renamed, role_of
from services.prompts.rules.placeholders import PLACEHOLDER
from services.prompts.rules.prompts import LATEST

_INCLUDE: Final = "@@@langfusePrompt:"
# Where our fields stand there.
_THEIR_NAMES: Final = {
    "text": "prompt",
    "messages": "prompt",
    "model": "config.model",
    "parameters": "config",
    "note": "commitMessage",
}


def is_langfuse(document: JsonDocument) -> bool:
    """Tell whether a JSON document looks like prompts of Langfuse."""
    first = next(iter(_items(document.value)), None)
    return isinstance(first, dict) and {"name", "prompt"} <= first.keys()


def prompts_of(file: str, document: JsonDocument) -> list[Pending]:
    """Find the prompts: the versions of one name together. Raises Broken for an item without."""
    is_single = isinstance(document.value, dict) and "data" not in document.value
    start = "data" if isinstance(document.value, dict) and not is_single else ""
    by_name: dict[str, list[Fields]] = {}
    for index, item in enumerate(_items(document.value)):
        spot = Spot(file, "" if is_single else f"{start}[{index}]", document.line_of)
        fields = Fields.of(item, spot)
        by_name.setdefault(fields.text("name"), []).append(fields)
    return [
        Pending(f"{file}: {name}", prompt_name(name), partial(_read, name, versions))
        for name, versions in by_name.items()
    ]


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        value = value["data"] if isinstance(value.get("data"), list) else [value]
    return value if isinstance(value, list) else []


def _read(given: str, items: Sequence[Fields]) -> ImportedPrompt:
    if all("version" in one.value for one in items):
        items = sorted(items, key=lambda one: one.number("version"))
    name = renamed(items[-1], "name", given)
    labels: dict[str, int] = {}
    versions = []
    for index, fields in enumerate(items):
        versions.append(_version(fields))
        for label in fields.texts("labels"):
            if label != LATEST:
                labels[_label(fields, label)] = index
    tags = list(dict.fromkeys(tag for one in items for tag in one.texts("tags")))
    return ImportedPrompt(
        name=name,
        spot=items[-1].spot,
        versions=versions,
        labels=labels,
        tags=tags,
        warnings=_warnings(items),
    )


def _version(fields: Fields) -> ImportedVersion:
    type_ = fields.text("type", PromptType.TEXT)
    if type_ not in tuple(PromptType):
        raise broken(fields.spot, "type", "must be text or chat")
    is_text = type_ == PromptType.TEXT
    config = dict(fields.object("config"))
    model = config.pop("model", "") or ""
    if not isinstance(model, str):
        raise broken(fields.spot, "config.model", "must be a text")
    draft = ContentDraft(
        type=PromptType(type_),
        text=fields.text("prompt") if is_text else "",
        messages=() if is_text else tuple(map(_message, fields.children("prompt"))),
        model=model,
        parameters_json=orjson.dumps(config).decode() if config else "",
    )
    if any(_INCLUDE in text for text in (draft.text, *(one.content for one in draft.messages))):
        # Langfuse would put that prompt there when it is fetched; here the tag would be served.
        said = f"includes another prompt: write its text in place of {_INCLUDE}…"
        raise broken(fields.spot, "prompt", said)
    spot = Spot(fields.spot.file, fields.spot.path, fields.spot.line_of, _THEIR_NAMES)
    return ImportedVersion(draft, spot, fields.text("commitMessage", ""))


def _message(fields: Fields) -> Message:
    if fields.text("type", "") == PLACEHOLDER:
        return Message(PLACEHOLDER, fields.text("name"))
    return Message(role_of(fields), fields.text("content"))


def _label(fields: Fields, given: str) -> str:
    label = label_name(given)
    if label != given:
        fields.warn("labels", f"{given[:40]!r} is named {label} here")
    return label


def _warnings(items: Sequence[Fields]) -> list[Note]:
    return [warning for one in items for warning in one.warnings]
