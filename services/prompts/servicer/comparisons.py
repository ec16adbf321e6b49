"""From comparisons to the contract's messages."""

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.queries.comparisons import Compared, Side
from services.prompts.rules.comparison.changes import Change
from services.prompts.rules.comparison.messages import MessageComparison
from services.prompts.rules.comparison.tokens import VOCABULARY, TokenEstimate
from services.prompts.rules.comparison.values import FieldChange, NamedChange
from services.prompts.rules.documents import canonical
from services.prompts.rules.variables import UNSET
from services.prompts.servicer import answers

_CHANGES = {
    Change.SAME: pb.CHANGE_SAME,
    Change.CHANGED: pb.CHANGE_CHANGED,
    Change.ADDED: pb.CHANGE_ADDED,
    Change.REMOVED: pb.CHANGE_REMOVED,
}


def comparison(compared: Compared) -> pb.ComparePromptVersionsResponse:
    """Translate what differs between two versions."""
    found = compared.comparison
    return pb.ComparePromptVersionsResponse(
        prompt_id=compared.prompt_id,
        before=_side(compared.before, found.tokens_before),
        after=_side(compared.after, found.tokens_after),
        is_same=found.is_same,
        messages=map(_message, found.messages),
        variables=map(_named, found.variables.found),
        is_variable_order_changed=found.variables.is_reordered,
        parameters=map(_field, found.parameters),
        tools=map(_named, found.tools.found),
        is_tool_order_changed=found.tools.is_reordered,
        output_schema=map(_field, found.schema),
    )


def _side(side: Side, tokens: TokenEstimate) -> pb.ComparedSide:
    source = side.source
    return pb.ComparedSide(
        version=source.number if source else 0,
        label=side.label,
        content_hash=side.content_hash,
        model=side.content.model,
        note=source.note if source else "",
        create_time=answers.timestamp(source.create_time) if source else None,
        creator_id=source.creator_id if source else "",
        tokens=pb.TokenEstimate(
            input_tokens=tokens.input,
            vocabulary=VOCABULARY,
            is_own_vocabulary=tokens.is_own_vocabulary,
            uncounted_variables=tokens.uncounted,
            has_sections=tokens.has_sections,
            tool_and_schema_tokens=tokens.tools_and_schema,
            max_output_tokens=tokens.most_output,
        ),
    )


def _message(found: MessageComparison) -> pb.MessageComparison:
    return pb.MessageComparison(
        change=_CHANGES[found.change],
        is_moved=found.is_moved,
        before_index=-1 if found.before_index is None else found.before_index,
        after_index=-1 if found.after_index is None else found.after_index,
        before_role=found.before_role or "",
        after_role=found.after_role or "",
        parts=[
            pb.TextPart(change=_CHANGES[part.change], text=part.text) for part in found.text.parts
        ],
        is_coarse=found.text.is_coarse,
    )


def _named(found: NamedChange) -> pb.NamedComparison:
    return pb.NamedComparison(
        name=found.name, change=_CHANGES[found.change], fields=map(_field, found.fields)
    )


def _field(found: FieldChange) -> pb.FieldComparison:
    return pb.FieldComparison(
        path=found.pointer,
        change=_CHANGES[found.change],
        before_json=_written(found.before),
        after_json=_written(found.after),
    )


def _written(value: object) -> str:
    return "" if value is UNSET else canonical(value).decode()
