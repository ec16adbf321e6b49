"""promptfoo: the prompts of a configuration (promptfoo.dev/docs/configuration/prompts).

A `promptfooconfig.yaml`, alone or in a ZIP with the files that it names. Each entry of `prompts`
is a text, `file://…` (`.txt`, `.md`, `.json`, `.yaml`), or an object with `raw` or `id`, and a
`label`, which is the name. A text file may hold several prompts, `---` on a line between them; JSON
or YAML that is a list of messages is a chat. What is code (`.js`, `.py`, `exec:`) or nunjucks
beyond `{{name}}` is refused.
"""

import posixpath
import re
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.imports.archives import Files
from services.prompts.rules.imports.entries import (
    Broken,
    ImportedPrompt,
    ImportedVersion,
    Pending,
    Spot,
)
from services.prompts.rules.imports.fields import Fields, below, broken
from services.prompts.rules.imports.json_documents import JsonDocument
from services.prompts.rules.imports.names import prompt_name, renamed, role_of
from services.prompts.rules.imports.yaml_documents import load

_NAMES: Final = ("promptfooconfig.yaml", "promptfooconfig.yml", "promptfooconfig.json")
_FILE: Final = "file://"
_TEXTS: Final = (".txt", ".md")
_YAML: Final = (".yaml", ".yml")
_SEPARATOR: Final = re.compile(r"^---\s*$", re.MULTILINE)
_NUNJUCKS: Final = re.compile(r"\{%|\{#|\{\{[^{}]*[|(+][^{}]*\}\}")


def config_of(files: Files) -> str | None:
    """Return the path of the configuration, the nearest to the top; None when there is none."""
    found = [path for path in files.paths if posixpath.basename(path) in _NAMES]
    if not found and not files.is_archive and files.name.endswith(_YAML):
        found = [files.name]
    return min(found, key=lambda path: (path.count("/"), path), default=None)


def prompts_of(files: Files) -> list[Pending]:
    """Find the prompts of the configuration. Raises Broken when it has none."""
    path = config_of(files)
    if path is None:
        raise Broken(files.name, f"must be, or hold, a {_NAMES[0]}")
    document = load(path, files.text(path))
    fields = Fields.of(document.value, Spot(path, "", document.line_of))
    if isinstance(fields.value.get("prompts"), str):
        fields = Fields({"prompts": [fields.value["prompts"]]}, fields.spot)
    return [
        pending
        for index, item in enumerate(fields.items("prompts"))
        for pending in _pending(files, item, index, below(fields.spot, f"prompts[{index}]"))
    ]


def _pending(files: Files, item: Any, index: int, spot: Spot) -> Iterator[Pending]:
    source = f"{spot.file}: {spot.path}"
    fallback = f"prompt-{index + 1}"
    try:
        fields = Fields({"raw": item}, spot) if isinstance(item, str) else Fields.of(item, spot)
        text = fields.text("raw", "") or fields.text("id", "")
        texts = list(_texts(files, text, spot))
        given = fields.text("label", "") or (_stem(text) if text.startswith(_FILE) else fallback)
    except Broken as problem:
        yield Pending(source, fallback, partial(_raise, problem))
        return
    for number, (one, where) in enumerate(texts, start=1):
        label = given if number == 1 else f"{given}-{number}"
        yield Pending(source, prompt_name(label), partial(_read, fields, label, one, where))


def _raise(problem: Broken) -> ImportedPrompt:
    raise problem


def _texts(files: Files, text: str, spot: Spot) -> Iterator[tuple[Any, Spot]]:
    """Yield what an entry stands for: texts, or lists of messages."""
    if not text.startswith(_FILE):
        if not text or text.startswith("exec:"):
            raise broken(spot, "", "must be a text or a file: code is not run here")
        yield text, spot
        return
    path = posixpath.normpath(
        posixpath.join(posixpath.dirname(spot.file), text.removeprefix(_FILE))
    )
    if not path.endswith((*_TEXTS, *_YAML, ".json")):
        raise broken(spot, "", "must be a .txt, .md, .json or .yaml file: others are not read")
    if path not in files:
        raise broken(spot, "", f"names {path[:200]}, which is not in the file that was sent")
    content = files.text(path)
    if path.endswith(_TEXTS):
        parts = [part.strip() for part in _SEPARATOR.split(content)]
        yield from ((part, Spot(path)) for part in parts if part)
    elif path.endswith(_YAML):
        document = load(path, content)
        yield document.value, Spot(path, "", document.line_of)
    else:
        json_document = JsonDocument(path, content)
        yield json_document.value, Spot(path, "", json_document.line_of)


def _read(fields: Fields, label: str, content: Any, spot: Spot) -> ImportedPrompt:
    entry = Fields(fields.value, fields.spot)
    name = renamed(entry, "label", label)
    draft, at = _draft(content, spot)
    for text in (draft.text, *(message.content for message in draft.messages)):
        if _NUNJUCKS.search(text):
            raise broken(at, "", "uses nunjucks beyond {{name}}: write it with mustache sections")
    return ImportedPrompt(name, at, [ImportedVersion(draft, at)], warnings=entry.warnings)


def _draft(content: Any, spot: Spot) -> tuple[ContentDraft, Spot]:
    if isinstance(content, str) and content.lstrip().startswith('[{"'):
        document = JsonDocument(spot.file, content)
        content, spot = document.value, Spot(spot.file)
    if isinstance(content, str):
        return ContentDraft(PromptType.TEXT, text=content), spot
    if not isinstance(content, list):
        raise broken(spot, "", "must be a text or a list of messages")
    at = Spot(spot.file, spot.path, spot.line_of, {"messages": ""})
    messages = []
    for index, item in enumerate(content):
        message = Fields.of(item, below(spot, f"[{index}]"))
        messages.append(Message(role_of(message), message.text("content")))
    return ContentDraft(PromptType.CHAT, messages=tuple(messages)), at


def _stem(text: str) -> str:
    return posixpath.splitext(posixpath.basename(text))[0]
