"""Dotprompt: `.prompt` files, one or a ZIP of them (google.github.io/dotprompt/reference).

Front matter in YAML (`name`, `model`, `config`, `input` with `schema` in Picoschema and `default`),
then a Handlebars template, in which `{{role "system"}}` begins a message and `{{history}}` stands
for earlier ones. Other helpers, partials and media have no counterpart and are refused; `output`,
`tools` and `metadata` do not come along, with a warning.
"""

import posixpath
import re
from functools import partial
from typing import Any, Final

from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.documents import canonical
from services.prompts.rules.imports.archives import Files
from services.prompts.rules.imports.entries import (
    Broken,
    ImportedPrompt,
    ImportedVersion,
    Pending,
    Spot,
)
from services.prompts.rules.imports.fields import Fields, below, broken
from services.prompts.rules.imports.names import prompt_name, renamed
from services.prompts.rules.imports.yaml_documents import Document, load
from services.prompts.rules.placeholders import PLACEHOLDER
from services.prompts.rules.variables import VariableDraft, VariableType

SUFFIX: Final = ".prompt"
_FENCE: Final = re.compile(r"---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_MARK: Final = re.compile(r"\{\{\s*(?:role\s+\"(\w+)\"|(history))\s*\}\}")
_HELPER: Final = re.compile(
    r"\{\{\{?[#/^~\s]*(?:if|unless|each|with|else|media|json|section|role|history|ifEquals|"
    r"unlessEquals|@\w+|this|>\s*\w+)\b"
)
_ROLES: Final = {"model": "assistant"}
# Names of the common settings there and in the parameters that programs here send on.
_SETTINGS: Final = {
    "topK": "top_k",
    "topP": "top_p",
    "maxOutputTokens": "max_output_tokens",
    "stopSequences": "stop",
}
_TYPES: Final = {
    "string": VariableType.STRING,
    "number": VariableType.NUMBER,
    "integer": VariableType.INTEGER,
    "boolean": VariableType.BOOLEAN,
    "array": VariableType.LIST,
    "object": VariableType.OBJECT,
}
# Of variables that may be left out.
_EMPTY: Final = {
    VariableType.STRING: '""',
    VariableType.BOOLEAN: "false",
    VariableType.LIST: "[]",
    VariableType.OBJECT: "{}",
}
_PICO: Final = re.compile(r"(\w+)(\?)?(?:\((\w+)(?:,\s*(.*))?\))?\Z")
_LEFT_OUT: Final = ("output", "tools", "toolDefs", "metadata", "ext", "default")


def is_dotprompt(files: Files) -> bool:
    """Tell whether there is a `.prompt` file."""
    return any(path.endswith(SUFFIX) for path in files.paths)


def prompts_of(files: Files) -> list[Pending]:
    """Find the `.prompt` files; names are their paths below the folder that holds all of them."""
    paths = [path for path in files.paths if path.endswith(SUFFIX)]
    top = posixpath.commonpath([posixpath.dirname(path) for path in paths]) if paths else ""
    return [
        Pending(path, prompt_name(_stem(path, top)), partial(_read, files, path, _stem(path, top)))
        for path in paths
    ]


def _stem(path: str, top: str) -> str:
    return path.removeprefix(f"{top}/" if top else "").removesuffix(SUFFIX)


def _read(files: Files, path: str, stem: str) -> ImportedPrompt:
    if posixpath.basename(path).startswith("_"):
        raise Broken(path, "is a partial: prompts here include no others")
    text = files.text(path)
    fence = _FENCE.match(text)
    document = load(path, fence[1]) if fence else Document({})
    # The front matter begins on line 2.
    spot = Spot(path, "", lambda field: document.line_of(field) + 1 if fence else 0)
    fields = Fields.of(document.value or {}, spot)
    for name in _LEFT_OUT:
        if name in fields.value:
            fields.warn(name, "does not come along")
    lines = text.count("\n", 0, fence.end()) if fence else 0
    messages = _messages(path, text[fence.end() :] if fence else text, lines)
    is_chat = any(role != "user" for role, _ in messages) or len(messages) > 1
    settings = {_SETTINGS.get(key, key): value for key, value in fields.object("config").items()}
    draft = ContentDraft(
        type=PromptType.CHAT if is_chat else PromptType.TEXT,
        text="" if is_chat or not messages else messages[0][1],
        messages=tuple(Message(*one) for one in messages) if is_chat else (),
        variables=_variables(fields),
        model=fields.text("model", ""),
        parameters_json=canonical(settings).decode() if settings else "",
    )
    given = fields.text("name", "") or stem
    variant = fields.text("variant", "")
    name = renamed(fields, "name", f"{given}.{variant}" if variant else given)
    at = Spot(path, "", spot.line_of, {"parameters": "config", "variables": "input.schema"})
    return ImportedPrompt(
        name,
        at,
        [ImportedVersion(draft, at)],
        description=fields.text("description", ""),
        warnings=fields.warnings,
    )


def _messages(path: str, template: str, lines: int) -> list[tuple[str, str]]:
    role, at = "user", 0
    messages: list[tuple[str, str]] = []

    def put(end: int) -> None:
        text = template[at:end]
        helper = _HELPER.search(text)
        if helper:
            line = lines + template.count("\n", 0, at + helper.start()) + 1
            said = f"{helper[0].lstrip('{')!r} has no counterpart here: write it with mustache"
            raise Broken(path, said, line=line)
        if text.strip():
            messages.append((role, text.strip()))

    for mark in _MARK.finditer(template):
        put(mark.start())
        at = mark.end()
        if mark[2]:
            messages.append((PLACEHOLDER, "history"))
            role = "user"
        else:
            role = _ROLES.get(mark[1], mark[1])
    put(len(template))
    return messages


def _variables(fields: Fields) -> tuple[VariableDraft, ...]:
    given = Fields(fields.object("input"), below(fields.spot, "input"))
    defaults = given.object("default")
    schema = given.value.get("schema") or {}
    if not isinstance(schema, dict) or "properties" in schema:
        fields.warn("input.schema", "is no Picoschema: the variables are not declared")
        schema = {}
    drafts = [_variable(given, key, value, defaults) for key, value in schema.items()]
    known = {draft.name for draft in drafts}
    drafts += [
        VariableDraft(name, _type_of(value), default_json=canonical(value).decode())
        for name, value in defaults.items()
        if name not in known
    ]
    return tuple(drafts)


def _variable(fields: Fields, key: str, value: Any, defaults: Any) -> VariableDraft:
    found = _PICO.match(key)
    if found is None:
        raise broken(fields.spot, f"schema.{key}", "is no Picoschema: write it as name?(type, why)")
    name, optional, kind, why = found.groups()
    choices: tuple[str, ...] = ()
    if kind == "enum" and isinstance(value, list):
        type_, choices = VariableType.STRING, tuple(canonical(one).decode() for one in value)
    elif kind or isinstance(value, dict):
        type_ = _TYPES.get(kind or "object", VariableType.OBJECT)
    else:
        word, _, said = str(value).partition(",")
        type_, why = _TYPES.get(word.strip(), VariableType.STRING), why or said.strip()
    default = canonical(defaults[name]).decode() if name in defaults else ""
    if optional and not default and not choices:
        default = _EMPTY.get(type_, "")
    return VariableDraft(name, type_, why or "", default, choices)


def _type_of(value: Any) -> VariableType:
    match value:
        case bool():
            return VariableType.BOOLEAN
        case int() | float():
            return VariableType.NUMBER
        case list():
            return VariableType.LIST
        case dict():
            return VariableType.OBJECT
        case _:
            return VariableType.STRING
