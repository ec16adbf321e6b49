"""Three-way merge of what versions hold.

Model and form merge as wholes, parameters key by key, variables by name, chat messages one by one,
and the text of a message by lines. `ours` is the version merged into, `theirs` the one merged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from services.prompts.rules.content import Content, ContentDraft, PromptType
from services.prompts.rules.merge.conflicts import Conflict, Conflicts, Resolution, Undecided
from services.prompts.rules.merge.diff3 import Chunk, Clash, Span, chunks, merge_lines
from services.prompts.rules.merge.drafts import MESSAGES, TEXT, draft_of
from services.prompts.rules.merge.messages import MessageDocument, align_messages
from services.prompts.rules.merge.values import Sides, merge_value, merge_word
from services.prompts.rules.merge.variables import merge_variables
from services.prompts.rules.variables import UNSET

# What a version holds, as JSON.
Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge gives. Where a conflict is not settled, `draft` stands as ours has it."""

    draft: ContentDraft
    conflicts: tuple[Conflict, ...]

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left for a person to decide."""
        return all(conflict.is_settled for conflict in self.conflicts)


def merge_contents(
    base: Content, ours: Content, theirs: Content, resolutions: Iterable[Resolution] = ()
) -> Merged:
    """Merge two changes of `base`; all three have the same form.

    Raises PromptInvalid for a resolution that names no conflict or holds what cannot stand there.
    """
    return merge_documents(document_of(base), document_of(ours), document_of(theirs), resolutions)


def document_of(content: Content) -> Document:
    """Return content as versions store it."""
    document: Document = orjson.loads(content.document())
    return document


def merge_documents(
    base: Document, ours: Document, theirs: Document, resolutions: Iterable[Resolution] = ()
) -> Merged:
    """Merge as `merge_contents` does; `base` may be one that `join_documents` made."""
    conflicts = Conflicts(resolutions)
    parts = _merge((base, ours, theirs), conflicts)
    conflicts.check_all_used()
    return Merged(draft_of(PromptType(ours["type"]), **parts), tuple(conflicts.found))


def join_documents(base: Document, newer: Document, older: Document, number: int) -> Document:
    """Merge two common ancestors into one base, which says of conflicts that they are undecided.

    `number` is the joint's own: what is undecided here differs from what is so elsewhere.
    """
    return {"type": newer["type"], **_merge((base, newer, older), Undecided(number))}


def _merge(documents: Sides, conflicts: Conflicts) -> Document:
    is_text = documents[1]["type"] == PromptType.TEXT
    merge_messages = _merge_text_prompt if is_text else _merge_messages
    return {
        "messages": merge_messages(_part(documents, "messages"), conflicts),
        "variables": merge_variables(*_part(documents, "variables"), conflicts),
        "model": merge_word("model", _part(documents, "model"), conflicts),
        "parameters": merge_value("parameters", _part(documents, "parameters"), conflicts),
    }


def _merge_text_prompt(sides: Sides, conflicts: Conflicts) -> list[MessageDocument]:
    content = _merge_text("text", _part([side[0] for side in sides], "content"), conflicts)
    return [{"role": "user", "content": content}]


def _merge_messages(sides: Sides, conflicts: Conflicts) -> list[MessageDocument]:
    base, ours, theirs = sides
    merged: list[MessageDocument] = []
    lengths = (len(base), len(ours), len(theirs))
    for chunk in chunks(lengths, align_messages(base, ours), align_messages(base, theirs)):
        old, our, their = _cut(sides, chunk)
        if chunk.is_agreed:
            merged.append(_merge_message(chunk.ours.start, [*old, *our, *their], conflicts))
        elif their in (old, our):
            merged += our
        elif our == old:
            merged += their
        else:
            merged += _settle_messages(chunk.ours, (old, our, their), conflicts)
    return merged


def _merge_message(
    index: int, sides: Sequence[MessageDocument], conflicts: Conflicts
) -> MessageDocument:
    at = f"messages[{index}]"
    return {
        "role": merge_word(f"{at}.role", _part(sides, "role"), conflicts),
        "content": _merge_text(f"{at}.content", _part(sides, "content"), conflicts),
    }


def _settle_messages(span: Span, sides: Sides, conflicts: Conflicts) -> list[MessageDocument]:
    """Settle whole messages: added, removed or rewritten beyond recognition on both sides."""
    base, ours, theirs = (side or UNSET for side in sides)
    path = f"messages[{span.start}:{span.end}]"
    chosen = conflicts.settle(path, (base, ours, theirs), MESSAGES)
    return chosen if isinstance(chosen, list) else []


def _merge_text(path: str, texts: Sides, conflicts: Conflicts) -> str:
    base, ours, theirs = (text.split("\n") for text in texts)
    lines: list[str] = []
    clashes = 0
    for part in merge_lines(base, ours, theirs):
        if not isinstance(part, Clash):
            lines += part
            continue
        clashes += 1
        old, our, their = (
            "\n".join(side) if side else UNSET for side in _cut((base, ours, theirs), part)
        )
        at = f"{path}#{clashes}"
        chosen = conflicts.settle(at, (old, our, their), TEXT, part)
        if chosen is not UNSET:
            lines += str(chosen).split("\n")
    return "\n".join(lines)


def _part(sides: Sequence[Any], name: str) -> Sides:
    base, ours, theirs = (side[name] for side in sides)
    return base, ours, theirs


def _cut(sides: Sides, chunk: Chunk | Clash) -> Sides:
    base, ours, theirs = sides
    return (
        base[chunk.base.start : chunk.base.end],
        ours[chunk.ours.start : chunk.ours.end],
        theirs[chunk.theirs.start : chunk.theirs.end],
    )
