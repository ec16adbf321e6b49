"""From the contract's messages to what commands and queries take."""

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.queries.comparisons import Choice
from services.prompts.repository.prompts import Reference
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.variables import VariableDraft, VariableType

TYPES = {pb.PROMPT_TYPE_TEXT: PromptType.TEXT, pb.PROMPT_TYPE_CHAT: PromptType.CHAT}

VARIABLE_TYPES = {
    pb.VARIABLE_TYPE_STRING: VariableType.STRING,
    pb.VARIABLE_TYPE_NUMBER: VariableType.NUMBER,
    pb.VARIABLE_TYPE_INTEGER: VariableType.INTEGER,
    pb.VARIABLE_TYPE_BOOLEAN: VariableType.BOOLEAN,
    pb.VARIABLE_TYPE_LIST: VariableType.LIST,
    pb.VARIABLE_TYPE_OBJECT: VariableType.OBJECT,
}


def reference(message: pb.PromptReference) -> Reference:
    """Read which version is meant."""
    return Reference(message.prompt, message.label, message.version)


def content_draft(message: pb.PromptContent) -> ContentDraft:
    """Read content that nobody has checked. An unknown form of prompt becomes None."""
    return ContentDraft(
        type=TYPES.get(message.type),
        text=message.text,
        messages=tuple(Message(one.role, one.content) for one in message.messages),
        variables=tuple(map(_variable_draft, message.variables)),
        model=message.model,
        parameters_json=message.parameters_json,
    )


def compared_version(
    message: pb.ComparedVersion, default: str = rules.DEFAULT_LABEL
) -> ContentDraft | Choice:
    """Read one side of a comparison; `default` is the label that is meant where nothing is set."""
    if message.HasField("draft"):
        return content_draft(message.draft)
    if message.version:
        return Choice("", message.version)
    return Choice(message.label or default)


def _variable_draft(message: pb.Variable) -> VariableDraft:
    # A type that this version of the service does not know yet is taken as the unset one: string.
    return VariableDraft(
        name=message.name,
        type=VARIABLE_TYPES.get(message.type, VariableType.STRING),
        description=message.description,
        default_json=message.default_json,
        enum_json=tuple(message.enum_json),
    )
