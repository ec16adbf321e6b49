"""Between Langfuse's documents of prompts and our contract's messages.

| Langfuse | here |
|---|---|
| `config.model`, a text | `content.model` |
| the rest of `config`, an object | `content.parameters` |
| a chat message of type `placeholder` | a message of role `placeholder`, its name as content |
| `commitMessage` | `note` |
| a text `prompt` | `content.text` |
"""

import math
import re
from typing import Any, Final, cast

import orjson

from gateway.routes.langfuse.models import CreatePrompt, ListPrompts
from gateway.translate import words
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import FieldViolation, InvalidArgument

_PRODUCTION: Final = "production"
_LATEST: Final = "latest"
_PLACEHOLDER: Final = "placeholder"
_REFERENCE: Final = re.compile(r"@@@langfusePrompt:name=.*?@@@")
_TYPES: Final = words(pb.PromptType.DESCRIPTOR)


def pushed_version(body: CreatePrompt, request_id: str) -> pb.SavePromptVersionRequest:
    """Read what is to be saved. Raises InvalidArgument that lists all fields at fault."""
    faults: list[FieldViolation] = []
    content = _content(body, faults)
    content.model, content.parameters_json = _settings(body.config, faults)
    if faults:
        listed = "; ".join(f"{fault.field}: {fault.description}" for fault in faults[:5])
        raise InvalidArgument(listed, violations=faults)
    return pb.SavePromptVersionRequest(
        request_id=request_id,
        name=body.name,
        content=content,
        note=body.commit_message or "",
        # As at Langfuse: a new version is the latest, whether that is asked or not.
        labels=[label for label in body.labels or () if label != _LATEST],
        tags=body.tags or (),
        is_tags_set=body.tags is not None,
    )


def prompt_document(prompt: pb.Prompt, version: pb.PromptVersion) -> dict[str, Any]:
    """Write one version of a prompt, with the labels that point at it."""
    content = version.content
    labels = [one.label for one in prompt.labels if one.version == version.number]
    is_chat = content.type == pb.PROMPT_TYPE_CHAT
    return {
        "name": prompt.name,
        "version": version.number,
        "type": _TYPES[content.type],
        "prompt": [_message(one) for one in content.messages] if is_chat else content.text,
        "config": _config(content.model, content.parameters_json),
        "labels": labels,
        "tags": list(prompt.tags),
        "commitMessage": version.note or None,
        "resolutionGraph": None,
        "isActive": _PRODUCTION in labels,
    }


def index_document(found: pb.GetPromptIndexResponse, asked: ListPrompts) -> dict[str, Any]:
    """Write a page of the list. Langfuse has its `meta` twice, under an old name too."""
    meta = {
        "page": asked.page,
        "limit": asked.limit,
        "totalItems": found.total,
        "totalPages": math.ceil(found.total / asked.limit),
    }
    entries = [
        {
            "name": entry.name,
            "type": _TYPES[entry.type],
            "versions": list(entry.versions),
            "labels": list(entry.labels),
            "tags": list(entry.tags),
            "lastUpdatedAt": entry.update_time.ToJsonString(),
            "lastConfig": _config(entry.model, entry.parameters_json),
        }
        for entry in found.entries
    ]
    return {"data": entries, "meta": meta, "pagination": meta}


def _content(body: CreatePrompt, faults: list[FieldViolation]) -> pb.PromptContent:
    """Read the prompt itself; text where no type is said."""
    content = pb.PromptContent(type=pb.PROMPT_TYPE_TEXT)
    if body.type == "chat":
        content.type = pb.PROMPT_TYPE_CHAT
        if isinstance(body.prompt, list):
            for index, item in enumerate(body.prompt):
                content.messages.append(_read_message(item, f"prompt[{index}]", faults))
        else:
            faults.append(FieldViolation("prompt", "must be a list of messages for type chat"))
    elif body.type not in (None, "text"):
        faults.append(FieldViolation("type", "must be text or chat"))
    elif isinstance(body.prompt, str):
        content.text = body.prompt
        _refuse_references(body.prompt, "prompt", faults)
    else:
        faults.append(FieldViolation("prompt", "must be a text for type text"))
    return content


def _read_message(item: Any, at: str, faults: list[FieldViolation]) -> pb.Message:
    match item:
        case {"role": str(role), "content": str(content)}:
            _refuse_references(content, f"{at}.content", faults)
            return pb.Message(role=role, content=content)
        case {"type": "placeholder", "name": str(name)}:
            return pb.Message(role=_PLACEHOLDER, content=name)
    faults.append(
        FieldViolation(
            at,
            "must be a message, with a role and a content that are texts, or a placeholder: "
            '{"type": "placeholder", "name": "…"}',
        )
    )
    return pb.Message()


def _refuse_references(text: str, at: str, faults: list[FieldViolation]) -> None:
    """Langfuse would put another prompt there when it is fetched; we would serve the tag itself."""
    if _REFERENCE.search(text):
        faults.append(
            FieldViolation(
                at, "references to other prompts (@@@langfusePrompt:…@@@) are not served"
            )
        )


def _settings(config: Any, faults: list[FieldViolation]) -> tuple[str, str]:
    """Return the model that a config names, and the rest of it as JSON."""
    if config is None:
        return "", ""
    if not isinstance(config, dict):
        faults.append(FieldViolation("config", "must be an object"))
        return "", ""
    model = config.get("model")
    if not isinstance(model, str) or not model:
        return "", _json(config)
    return model, _json({name: value for name, value in config.items() if name != "model"})


def _json(config: dict[str, Any]) -> str:
    return orjson.dumps(config).decode() if config else ""


def _config(model: str, parameters_json: str) -> dict[str, Any]:
    parameters = cast("dict[str, Any]", orjson.loads(parameters_json)) if parameters_json else {}
    return {**parameters, "model": model} if model else parameters


def _message(one: pb.Message) -> dict[str, str]:
    if one.role == _PLACEHOLDER:
        return {"type": _PLACEHOLDER, "name": one.content}
    return {"type": "chatmessage", "role": one.role, "content": one.content}
