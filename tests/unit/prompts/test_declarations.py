"""Declarations that a version takes over from the one before."""

from services.prompts.rules.content import (
    Content,
    ContentDraft,
    Message,
    PromptType,
    check_content,
)
from services.prompts.rules.declarations import keep_declarations
from services.prompts.rules.variables import VariableDraft, VariableType
from services.prompts.rules.violations import Violations

LENGTH = VariableDraft("length", VariableType.INTEGER, "Words", "50", ("50", "100"))
ITEMS = VariableDraft("items", VariableType.LIST)
BEFORE = check_content(
    ContentDraft(
        PromptType.TEXT, text="{{length}} {{#items}}{{name}}{{/items}}", variables=(LENGTH, ITEMS)
    ),
    "content",
    Violations(),
)


def kept(text: str, *declared: VariableDraft) -> tuple[VariableDraft, ...]:
    draft = ContentDraft(PromptType.TEXT, text=text, variables=declared)
    return keep_declarations(draft, BEFORE).variables


def test_what_is_still_used_keeps_its_declaration_whole() -> None:
    assert kept("New: {{length}}") == (LENGTH,)
    assert kept("{{#items}}{{name}}{{/items}}, {{length}}") == (LENGTH, ITEMS)


def test_what_is_not_used_any_more_is_let_go() -> None:
    assert kept("New: {{other}}") == ()


def test_a_declaration_of_the_drafts_own_stands() -> None:
    own = VariableDraft("length", VariableType.STRING)
    assert kept("New: {{length}}", own) == (own,)


def test_placeholders_are_uses() -> None:
    draft = ContentDraft(PromptType.CHAT, messages=(Message("placeholder", "items"),))
    assert keep_declarations(draft, BEFORE).variables == (ITEMS,)


def test_a_template_that_cannot_be_read_is_left_to_the_check() -> None:
    assert kept("{{length}} {{open") == ()


def test_content_without_declarations_gives_none() -> None:
    before = Content(PromptType.TEXT, (Message("user", "{{a}}"),), (), ("a",), "", {})
    draft = ContentDraft(PromptType.TEXT, text="{{a}}")
    assert keep_declarations(draft, before) == draft
