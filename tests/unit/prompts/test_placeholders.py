"""Placeholders: a list variable's messages among those of a chat prompt."""

import json
from typing import Any

import pytest

from services.prompts.errors import RenderTooLarge, VariablesInvalid
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    Message,
    PromptType,
    check_content,
    render,
)
from services.prompts.rules.lint.draft import lint
from services.prompts.rules.variables import VariableDraft, VariableType
from services.prompts.rules.violations import Violations
from tests.unit.prompts.violations import found_in

HISTORY = ("placeholder", "history")


def chat(*messages: tuple[str, str], variables: tuple[VariableDraft, ...] = ()) -> ContentDraft:
    return ContentDraft(
        PromptType.CHAT,
        messages=tuple(Message(*message) for message in messages),
        variables=variables,
    )


def checked(draft: ContentDraft) -> tuple[Content, dict[str, str]]:
    violations = Violations()
    return check_content(draft, "content", violations), found_in(violations)


def filled(draft: ContentDraft, values: dict[str, Any]) -> list[Message]:
    content, faults = checked(draft)
    assert not faults
    return render(content, json.dumps(values))


def test_the_messages_of_a_list_stand_where_the_placeholder_does() -> None:
    draft = chat(("system", "Be {{tone}}."), HISTORY, ("user", "{{question}}"))
    said = [{"role": "user", "content": "Hi {{tone}}"}, {"role": "assistant", "content": ""}]
    assert filled(draft, {"tone": "kind", "question": "Why?", "history": said}) == [
        Message("system", "Be kind."),
        Message("user", "Hi {{tone}}"),  # what is given is no template
        Message("assistant", ""),
        Message("user", "Why?"),
    ]


def test_a_placeholder_is_required_unless_its_variable_has_a_default() -> None:
    with pytest.raises(VariablesInvalid) as raised:
        filled(chat(HISTORY), {})
    assert [one.field for one in raised.value.violations] == ["variables.history"]
    default = VariableDraft("history", VariableType.LIST, default_json="[]")
    assert filled(chat(HISTORY, ("user", "Hi"), variables=(default,)), {}) == [
        Message("user", "Hi")
    ]


def test_a_template_may_use_the_list_too() -> None:
    draft = chat(
        HISTORY,
        ("user", "{{#history}}{{content}};{{/history}}"),
        variables=(VariableDraft("history", VariableType.LIST),),
    )
    rendered = filled(draft, {"history": [{"role": "user", "content": "a"}]})
    assert rendered == [Message("user", "a"), Message("user", "a;")]


@pytest.mark.parametrize(
    "item",
    [
        "text",
        {"role": "user"},
        {"role": "tool", "content": "x"},
        {"role": "user", "content": 1},
        {"role": "user", "content": "x", "name": "y"},
    ],
)
def test_what_is_no_message_is_named(item: Any) -> None:
    good = {"role": "user", "content": "x"}
    with pytest.raises(VariablesInvalid) as raised:
        filled(chat(HISTORY), {"history": [good, item]})
    assert [one.field for one in raised.value.violations] == ["variables.history[1]"]


def test_what_is_given_counts_towards_the_bounds() -> None:
    many = [{"role": "user", "content": ""}] * 1_001
    with pytest.raises(RenderTooLarge, match="1,000 messages"):
        filled(chat(HISTORY), {"history": many})
    large = [{"role": "user", "content": "x" * 600_000}]
    with pytest.raises(RenderTooLarge, match="1,000,000 bytes"):
        filled(chat(HISTORY, HISTORY), {"history": large})


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (chat(("placeholder", "2nd")), "content.messages[0].content"),
        (chat(("placeholder", "{{history}}")), "content.messages[0].content"),
        (chat(("placeholder", "")), "content.messages[0].content"),
        (chat(HISTORY, variables=(VariableDraft("history"),)), "content.messages[0].content"),
    ],
)
def test_a_placeholder_that_could_never_be_filled_is_refused(
    draft: ContentDraft, field: str
) -> None:
    assert list(checked(draft)[1]) == [field]


def test_lint_takes_a_placeholder_for_a_use_of_its_variable() -> None:
    declared = (VariableDraft("history", VariableType.LIST),)
    report = lint(chat(HISTORY, ("user", "Hi"), variables=declared), "content", len)
    assert report.findings == ()
