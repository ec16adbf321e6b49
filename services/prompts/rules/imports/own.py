"""PromptPilot's own archive, read back.

```
promptpilot.yaml                              format: promptpilot-prompts, version: 1
prompts/support/greeting/_prompt.yaml         type, description, tags, labels, archived
prompts/support/greeting/_versions/0001.yaml  note, model, text or messages, variables
prompts/support/greeting/_versions/0001.json  parameters; absent where there are none
```
The folder is the prompt's name: renaming it renames the prompt. No part of a name starts with `_`,
so files and folders of prompts cannot meet. The archive may hold all of it inside one folder, as
`git archive` and file managers make them; other files are left alone.
"""

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
from services.prompts.rules.imports.json_documents import JsonDocument
from services.prompts.rules.imports.yaml_documents import load
from services.prompts.rules.variables import VariableDraft, VariableType

MANIFEST: Final = "promptpilot.yaml"
FORMAT: Final = "promptpilot-prompts"
VERSION: Final = 1
PROMPT_FILE: Final = "_prompt.yaml"
VERSIONS_FOLDER: Final = "_versions"
MOST_VERSIONS: Final = 10_000

_VERSION_FILE: Final = re.compile(r"([0-9]{1,9})\.yaml\Z")
_PROMPT_FIELDS: Final = ("type", "description", "tags", "labels", "archived")
_VERSION_FIELDS: Final = ("note", "model", "text", "messages", "variables")
_MESSAGE_FIELDS: Final = ("role", "content")
_VARIABLE_FIELDS: Final = ("name", "type", "description", "default", "enum")


def is_own(files: Files) -> bool:
    """Tell whether this is an archive of ours: it has the manifest."""
    return _root(files) is not None


def prompts_of(files: Files) -> list[Pending]:
    """Find the prompts of the archive. Raises Broken for another format's, or a later one."""
    root = _root(files)
    if root is None:
        raise Broken(files.name, f"must be a ZIP archive with {MANIFEST} in it")
    _check_manifest(files, root + MANIFEST)
    start = f"{root}prompts/"
    versions: dict[str, list[tuple[int, str]]] = {}
    folders: list[str] = []
    for path in files.paths:
        folder, _, file = path.rpartition("/")
        if not path.startswith(start):
            continue
        if file == PROMPT_FILE and len(folder) > len(start):
            folders.append(folder)
        owner, _, last = folder.rpartition("/")
        found = _VERSION_FILE.match(file) if last == VERSIONS_FOLDER else None
        if found:
            versions.setdefault(owner, []).append((int(found[1]), path))
    return [
        Pending(
            f"{folder}/{PROMPT_FILE}",
            folder[len(start) :],
            partial(_read, files, folder, folder[len(start) :], sorted(versions.get(folder, ()))),
        )
        for folder in folders
    ]


def _root(files: Files) -> str | None:
    """Return the folder that the manifest is in: "" or "something/"."""
    if not files.is_archive:
        return None
    found = [path for path in files.paths if path.rpartition("/")[2] == MANIFEST]
    nearest = min(found, key=lambda path: (path.count("/"), path), default=None)
    return None if nearest is None else nearest.removesuffix(MANIFEST)


def _check_manifest(files: Files, path: str) -> None:
    document = load(path, files.text(path))
    spot = Spot(path, "", document.line_of)
    fields = Fields.of(document.value, spot)
    if fields.text("format") != FORMAT:
        raise broken(spot, "format", f"must be {FORMAT}")
    if fields.number("version") != VERSION:
        raise broken(spot, "version", f"must be {VERSION}: this platform reads no other")


def _read(files: Files, folder: str, name: str, versions: list[tuple[int, str]]) -> ImportedPrompt:
    path = f"{folder}/{PROMPT_FILE}"
    document = load(path, files.text(path))
    spot = Spot(path, "", document.line_of)
    fields = Fields.of(document.value, spot)
    fields.only(_PROMPT_FIELDS)
    type_ = fields.text("type")
    if type_ not in tuple(PromptType):
        raise broken(spot, "type", "must be text or chat")
    if not versions:
        raise broken(spot, "", f"has no version: there is no {VERSIONS_FOLDER}/0001.yaml")
    if len(versions) > MOST_VERSIONS:
        raise broken(spot, "", f"has more than {MOST_VERSIONS:,} versions")
    numbers = [number for number, _ in versions]
    labels = Fields.of(fields.object("labels"), below(spot, "labels"))
    for label in labels.value:
        if labels.number(label) not in numbers:
            raise broken(labels.spot, label, "must be the number of a version that is here")
    return ImportedPrompt(
        name=name,
        spot=spot,
        versions=[_version(files, path, PromptType(type_)) for _, path in versions],
        labels={label: numbers.index(labels.number(label)) for label in labels.value},
        description=fields.text("description", ""),
        tags=fields.texts("tags"),
        is_archived=fields.flag("archived"),
    )


def _version(files: Files, path: str, type_: PromptType) -> ImportedVersion:
    document = load(path, files.text(path))
    parameters = _parameters(files, path.removesuffix(".yaml") + ".json")
    spot = Spot(path, "", document.line_of, elsewhere={"parameters": parameters.spot})
    fields = Fields.of(document.value, spot)
    fields.only(_VERSION_FIELDS)
    messages = fields.children("messages")
    for message in messages:
        message.only(_MESSAGE_FIELDS)
    return ImportedVersion(
        draft=ContentDraft(
            type=type_,
            text=fields.text("text", ""),
            messages=tuple(Message(one.text("role"), one.text("content")) for one in messages),
            variables=tuple(map(_variable, fields.children("variables"))),
            model=fields.text("model", ""),
            parameters_json=_json(parameters.value) if parameters.value else "",
        ),
        spot=spot,
        note=fields.text("note", ""),
    )


def _variable(fields: Fields) -> VariableDraft:
    fields.only(_VARIABLE_FIELDS)
    type_ = fields.text("type", VariableType.STRING)
    if type_ not in tuple(VariableType):
        raise broken(fields.spot, "type", f"must be one of {', '.join(VariableType)}")
    return VariableDraft(
        name=fields.text("name"),
        type=VariableType(type_),
        description=fields.text("description", ""),
        default_json=_json(fields.value["default"]) if "default" in fields.value else "",
        enum_json=tuple(_json(one) for one in fields.items("enum")),
    )


def _json(value: Any) -> str:
    return canonical(value).decode()


def _parameters(files: Files, path: str) -> Fields:
    if path not in files:
        return Fields({}, Spot(path))
    document = JsonDocument(path, files.text(path))
    return Fields.of(document.value, Spot(path, "", document.line_of))
