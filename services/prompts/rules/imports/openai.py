"""OpenAI's reusable prompts, `pmpt_…`: nothing exports them, so what was copied out by a script.

A JSON object or a list of them: `id` (`pmpt_…`), `version`, `name`, and the fields that a request
of the Responses API has: `model`, `instructions`, `input` or `messages` (a text, or messages whose
content is a text or a list of `input_text` and `output_text` parts), and parameters such as
`temperature`, `tools`, `text` and `reasoning`
(developers.openai.com/api/docs/guides/prompting/migrate-from-prompt-object). Versions of one id are
taken in the order of their numbers; the one that `is_default` gets the label `production`.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import orjson

from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.imports.entries import (
    ImportedPrompt,
    ImportedVersion,
    Pending,
    Spot,
)
from services.prompts.rules.imports.fields import Fields, broken
from services.prompts.rules.imports.json_documents import JsonDocument
from services.prompts.rules.imports.names import prompt_name, renamed, role_of
from services.prompts.rules.prompts import DEFAULT_LABEL

_ID: Final = "pmpt_"
_TEXT_PARTS: Final = ("text", "input_text", "output_text")
# What a request has beside its text, and prompts keep as parameters of the model.
_PARAMETERS: Final = (
    "temperature",
    "top_p",
    "max_output_tokens",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "text",
    "reasoning",
    "top_logprobs",
    "truncation",
)


def is_openai(document: JsonDocument) -> bool:
    """Tell whether a JSON document looks like prompts of OpenAI."""
    first = next(iter(_items(document.value)), None)
    return isinstance(first, dict) and str(first.get("id", "")).startswith(_ID)


def prompts_of(file: str, document: JsonDocument) -> list[Pending]:
    """Find the prompts: the versions of one id together. Raises Broken for an item without."""
    is_single = isinstance(document.value, dict) and "data" not in document.value
    start = "data" if isinstance(document.value, dict) and not is_single else ""
    by_id: dict[str, list[Fields]] = {}
    for index, item in enumerate(_items(document.value)):
        spot = Spot(file, "" if is_single else f"{start}[{index}]", document.line_of)
        fields = Fields.of(item, spot)
        if not fields.text("id").startswith(_ID):
            raise broken(spot, "id", f"must begin with {_ID}")
        by_id.setdefault(fields.text("id"), []).append(fields)
    return [
        Pending(f"{file}: {id_}", prompt_name(id_), partial(_read, id_, versions))
        for id_, versions in by_id.items()
    ]


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, dict):
        value = value["data"] if isinstance(value.get("data"), list) else [value]
    return value if isinstance(value, list) else []


def _read(id_: str, items: Sequence[Fields]) -> ImportedPrompt:
    items = sorted(items, key=_number)
    newest = items[-1]
    name = renamed(newest, "name", newest.text("name", "") or id_)
    versions = [_version(fields) for fields in items]
    defaults = [index for index, one in enumerate(items) if one.flag("is_default")]
    return ImportedPrompt(
        name=name,
        spot=newest.spot,
        versions=versions,
        labels={DEFAULT_LABEL: defaults[-1]} if defaults else {},
        description=newest.text("description", "") or f"OpenAI prompt {id_}",
        warnings=[warning for one in items for warning in one.warnings],
    )


def _number(fields: Fields) -> int:
    """Return the version's number: OpenAI writes it as text."""
    value = fields.value.get("version", 1)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return fields.number("version", 1)


def _version(fields: Fields) -> ImportedVersion:
    messages = []
    if fields.text("instructions", ""):
        messages.append(Message("system", fields.text("instructions")))
    field = "input" if fields.value.get("input") is not None else "messages"
    given = fields.value.get(field)
    if isinstance(given, str):
        messages.append(Message("user", given))
    else:
        messages += [_message(one) for one in fields.children(field)]
    parameters = {
        name: fields.value[name] for name in _PARAMETERS if fields.value.get(name) is not None
    }
    draft = ContentDraft(
        type=PromptType.CHAT,
        messages=tuple(messages),
        model=fields.text("model", ""),
        parameters_json=orjson.dumps(parameters).decode() if parameters else "",
    )
    return ImportedVersion(draft, fields.spot, fields.text("note", ""))


def _message(fields: Fields) -> Message:
    content = fields.value.get("content")
    if isinstance(content, str):
        return Message(role_of(fields), content)
    texts = []
    for part in fields.children("content"):
        if part.text("type", "text") not in _TEXT_PARTS:
            raise broken(part.spot, "type", "must be a text: prompts here hold no other parts")
        texts.append(part.text("text"))
    return Message(role_of(fields), "\n".join(texts))
