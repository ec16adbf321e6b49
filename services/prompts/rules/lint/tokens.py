"""Tokens: prompts that cost much, and an order that keeps providers from caching them."""

from collections.abc import Iterator, Sequence
from typing import Final

from services.prompts.rules.lint.findings import Code, Finding
from services.prompts.rules.lint.subject import Message, Subject
from services.prompts.rules.mustache import Node, Section, Text, Value
from services.prompts.rules.references import opens_items
from services.prompts.rules.variables import VariableType

# OpenAI and Anthropic cache prefixes from 1,024 tokens on; what is less is not worth a word.
_LEAST_CACHED: Final = 1_024
_LEAST_LOST: Final = 256
_LONG: Final = 20_000


def cost(subject: Subject) -> Iterator[Finding]:
    """Find a long prompt, and a variable that stands before fixed text which could be cached."""
    before, after, first = _parted(subject)
    # A token is at least one byte: short texts need no counting.
    if len(before.encode()) + len(after.encode()) < _LEAST_CACHED:
        return
    cached, lost = subject.count_tokens(before), subject.count_tokens(after)
    if cached + lost > _LONG:
        yield Finding(
            Code.PROMPT_LONG,
            f"the fixed text alone is {cached + lost:,} tokens, paid for with every call: "
            "keep what each call needs, and pass the rest as a variable where it is needed",
            subject.messages[0].field,
        )
    if first is not None and lost >= _LEAST_LOST and cached + lost >= _LEAST_CACHED:
        message, tag = first
        yield message.finding(
            Code.CACHE_ORDER,
            f"{{{{{tag.path[0]}}}}} may differ with each call and stands before {lost:,} tokens of "
            "fixed text, which providers then cannot take from their cache: they keep only what is "
            f"the same from the first token on, here {cached:,}. Move it behind the fixed text",
            (tag.offset, tag.end),
            variable=tag.path[0],
        )


def _parted(subject: Subject) -> tuple[str, str, tuple[Message, Value | Section] | None]:
    """Part the text that is always sent at the first tag that may differ with each call."""
    before: list[str] = []
    after: list[str] = []
    first: tuple[Message, Value | Section] | None = None
    for message in subject.messages:
        for node in message.nodes:
            if isinstance(node, Text):
                (after if first else before).append(node.text)
            elif first is None:
                tag = _changing((node,), subject)
                first = (message, tag) if tag else None
    return "".join(before), "".join(after), first


def _changing(nodes: Sequence[Node], subject: Subject) -> Value | Section | None:
    """Find the first tag with more than a few values: neither a choice nor true or false."""
    for node in nodes:
        if isinstance(node, Text):
            continue
        is_repeated = isinstance(node, Value) or (
            not node.is_inverted and opens_items(node, subject.types)
        )
        if is_repeated and node.path and not _has_few_values(node.path[0], subject):
            return node
        # What a section asks is answered by yes or no; what stands in it may differ more.
        inside = _changing(node.body, subject) if isinstance(node, Section) else None
        if inside:
            return inside
    return None


def _has_few_values(name: str, subject: Subject) -> bool:
    variable = subject.declared.get(name)
    if variable is None:
        return False
    return bool(variable.choices) or variable.type is VariableType.BOOLEAN
