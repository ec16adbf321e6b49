"""Between the contract's messages and what imports take and tell."""

from typing import Final

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.commands.import_prompt import Imported
from services.prompts.commands.import_prompts import Ended, Started
from services.prompts.rules.imports.entries import Note
from services.prompts.rules.imports.formats import Format
from services.prompts.rules.imports.plans import ImportOptions, LabelHandling, LabelMove, Outcome

CHUNK_BYTES: Final = 256 * 1024

FORMATS: Final = {
    pb.IMPORT_FORMAT_PROMPTPILOT: Format.PROMPTPILOT,
    pb.IMPORT_FORMAT_LANGFUSE: Format.LANGFUSE,
    pb.IMPORT_FORMAT_OPENAI: Format.OPENAI,
    pb.IMPORT_FORMAT_PROMPTFOO: Format.PROMPTFOO,
    pb.IMPORT_FORMAT_DOTPROMPT: Format.DOTPROMPT,
}
_FORMAT_NUMBERS: Final = {format_: number for number, format_ in FORMATS.items()}
_LABELS: Final = {
    pb.IMPORT_LABELS_MOVE: LabelHandling.MOVE,
    pb.IMPORT_LABELS_ADD: LabelHandling.ADD,
    pb.IMPORT_LABELS_SKIP: LabelHandling.SKIP,
}
_OUTCOMES: Final = {
    Outcome.CREATED: pb.IMPORT_OUTCOME_CREATED,
    Outcome.CHANGED: pb.IMPORT_OUTCOME_CHANGED,
    Outcome.UNCHANGED: pb.IMPORT_OUTCOME_UNCHANGED,
    Outcome.REFUSED: pb.IMPORT_OUTCOME_REFUSED,
}


def options(request: pb.ImportPromptsRequest) -> ImportOptions:
    """Read what the caller wants."""
    return ImportOptions(
        name_prefix=request.name_prefix,
        labels=_LABELS.get(request.labels, LabelHandling.MOVE),
        reason=request.reason,
        is_dry_run=request.is_dry_run,
    )


def is_item(event: Started | Imported | Ended) -> bool:
    """Tell whether an event is about a prompt."""
    return isinstance(event, Imported)


def event(told: Started | Imported | Ended, index: int) -> pb.ImportPromptsResponse:
    """Translate one event; `index` counts the prompts before it."""
    if isinstance(told, Started):
        started = pb.ImportStarted(format=_FORMAT_NUMBERS[told.format], total=told.total)
        return pb.ImportPromptsResponse(started=started)
    if isinstance(told, Imported):
        return pb.ImportPromptsResponse(item=_item(told, index))
    ended = pb.ImportEnded(
        created=told.outcomes[Outcome.CREATED],
        changed=told.outcomes[Outcome.CHANGED],
        unchanged=told.outcomes[Outcome.UNCHANGED],
        refused=told.outcomes[Outcome.REFUSED],
        refused_labels=told.refused_labels,
    )
    return pb.ImportPromptsResponse(ended=ended)


def _item(imported: Imported, index: int) -> pb.ImportItem:
    prompt, plan = imported.prompt, imported.plan
    return pb.ImportItem(
        index=index,
        name=prompt.name,
        source=prompt.source,
        outcome=_OUTCOMES[plan.outcome],
        prompt_id="" if plan.outcome is Outcome.REFUSED else imported.prompt_id,
        version_count=len(prompt.versions),
        new_versions=plan.new_versions,
        is_described_anew=plan.is_described_anew,
        labels=[_label(imported, move) for move in plan.moves],
        faults=map(_note, plan.faults),
        warnings=map(_note, prompt.warnings),
    )


def _label(imported: Imported, move: LabelMove) -> pb.ImportedLabel:
    refusal = imported.refusals.get(move.label)
    return pb.ImportedLabel(
        label=move.label,
        from_version=move.from_version,
        to_version=move.to_version,
        refusal=refusal.reason if refusal else "",
        refusal_message=refusal.message if refusal else "",
    )


def _note(note: Note) -> pb.ImportNote:
    return pb.ImportNote(file=note.file, line=note.line, field=note.field, message=note.message)
