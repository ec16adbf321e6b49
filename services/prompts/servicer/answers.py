"""From what commands and queries return to the contract's messages."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.models import Prompt, PromptLabel, PromptVersion
from services.prompts.queries.prompts import Rendered, Resolved
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import Content, Message, PromptType
from services.prompts.rules.documents import canonical
from services.prompts.rules.variables import UNSET, Variable
from services.prompts.servicer import inputs

TYPES = {type_: number for number, type_ in inputs.TYPES.items()}
_VARIABLE_TYPES = {type_: number for number, type_ in inputs.VARIABLE_TYPES.items()}


def prompt(row: Prompt) -> pb.Prompt:
    """Translate a prompt whose labels are loaded."""
    return pb.Prompt(
        id=row.id,
        name=row.name,
        description=row.description,
        type=TYPES[PromptType(row.type)],
        tags=row.tags,
        latest_version=row.latest_version,
        labels=map(label, row.labels),
        create_time=timestamp(row.create_time),
        update_time=timestamp(row.update_time),
        archive_time=timestamp(row.archive_time) if row.archive_time else None,
        etag=rules.etag(row.id, row.revision),
    )


def label(row: PromptLabel) -> pb.PromptLabel:
    """Translate a label."""
    return pb.PromptLabel(
        label=row.label,
        version=row.version,
        update_time=timestamp(row.update_time),
        actor_id=row.actor_id,
    )


def version(row: PromptVersion) -> pb.PromptVersion:
    """Translate a version with its content."""
    stored = Content.from_document(row.content)
    return pb.PromptVersion(
        prompt_id=row.prompt_id,
        number=row.number,
        content=content(stored),
        note=row.note,
        content_hash=row.content_hash,
        create_time=timestamp(row.create_time),
        creator_id=row.creator_id,
        undeclared_variables=stored.undeclared,
        branch=row.branch,
        parents=row.parents,
    )


def resolved(found: Resolved) -> pb.ResolvedPrompt:
    """Translate what a reference stands for."""
    return pb.ResolvedPrompt(
        prompt_id=found.prompt_id,
        name=found.name,
        label=found.label,
        version=version(found.version),
    )


def rendered(filled: Rendered) -> pb.RenderPromptResponse:
    """Translate a prompt filled with values."""
    return pb.RenderPromptResponse(
        messages=map(message, filled.messages),
        model=filled.content.model,
        parameters_json=_parameters(filled.content),
        prompt_id=filled.source.prompt_id if filled.source else "",
        version=filled.source.number if filled.source else 0,
    )


def content(stored: Content) -> pb.PromptContent:
    """Translate what a version, or a template, holds."""
    is_text = stored.type is PromptType.TEXT
    return pb.PromptContent(
        type=TYPES[stored.type],
        text=stored.messages[0].content if is_text else "",
        messages=[] if is_text else map(message, stored.messages),
        variables=map(_variable, stored.variables),
        model=stored.model,
        parameters_json=_parameters(stored),
    )


def message(one: Message) -> pb.Message:
    """Translate a message: a template, or rendered."""
    return pb.Message(role=one.role, content=one.content)


def _variable(declared: Variable) -> pb.Variable:
    default = "" if declared.default is UNSET else canonical(declared.default).decode()
    return pb.Variable(
        name=declared.name,
        type=_VARIABLE_TYPES[declared.type],
        description=declared.description,
        default_json=default,
        enum_json=[canonical(choice).decode() for choice in declared.choices],
    )


def timestamp(time: datetime) -> Timestamp:
    """Translate a moment."""
    message = Timestamp()
    message.FromDatetime(time)
    return message


def _parameters(content: Content) -> str:
    return canonical(content.parameters).decode() if content.parameters else ""
