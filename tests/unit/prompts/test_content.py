"""Content of versions: checked as a whole, one canonical form, rendered with every fault named."""

import json
from typing import Any

import pytest

from services.prompts.errors import VariablesInvalid
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    Message,
    PromptType,
    check_content,
    content_hash,
    render,
)
from services.prompts.rules.variables import VariableDraft, VariableType
from services.prompts.rules.violations import Violations
from tests.unit.prompts.violations import found_in


def checked(draft: ContentDraft) -> Content:
    violations = Violations()
    content = check_content(draft, "content", violations)
    assert not found_in(violations)
    return content


def faults(draft: ContentDraft) -> dict[str, str]:
    violations = Violations()
    check_content(draft, "content", violations)
    return found_in(violations)


def text(template: str, *variables: VariableDraft, **more: Any) -> ContentDraft:
    return ContentDraft(PromptType.TEXT, text=template, variables=variables, **more)


def chat(*messages: tuple[str, str], **more: Any) -> ContentDraft:
    return ContentDraft(
        PromptType.CHAT, messages=tuple(Message(*message) for message in messages), **more
    )


LIST = VariableDraft("items", VariableType.LIST)
OBJECT = VariableDraft("user", VariableType.OBJECT)


def test_a_text_prompt_is_one_user_message() -> None:
    assert checked(text("Hi {{name}}")).messages == (Message("user", "Hi {{name}}"),)


def test_content_reads_back_what_it_wrote() -> None:
    unset = VariableDraft("user", VariableType.OBJECT)
    number = VariableDraft("n", VariableType.NUMBER, "How many", "1", ("1", "2.5"))
    content = checked(
        chat(
            ("system", "S {{n}}"),
            ("user", "{{user.name}} {{other}}"),
            variables=(number, unset),
            model="m",
            parameters_json='{"seed": 1}',
        )
    )
    assert content.undeclared == ("other",)
    assert Content.from_document(content.document()) == content


def test_equal_content_has_an_equal_hash_however_it_was_written() -> None:
    one = checked(text("x", parameters_json='{"seed":1,"top_p":0.5}'))
    same = checked(text("x", parameters_json='{ "top_p": 0.50, "seed": 1 }'))
    other = checked(text("x", parameters_json='{"seed":2,"top_p":0.5}'))
    hashes = [content_hash(content.document()) for content in (one, same, other)]
    assert hashes[0] == hashes[1] != hashes[2]
    assert len(hashes[0]) == 64


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (ContentDraft(None), "content.type"),
        (text(""), "content.text"),
        (text("x" * 200_001), "content.text"),
        (text("a\0b"), "content.text"),
        (text("x", messages=(Message("user", "y"),)), "content.messages"),
        (chat(), "content.messages"),
        (chat(*[("user", "x")] * 101), "content.messages"),
        (chat(*[("user", "x" * 199_999)] * 6), "content.messages"),
        (chat(("user", "x"), text="y"), "content.text"),
        (chat(("tool", "x")), "content.messages[0].role"),
        (chat(("user", "x"), ("user", "")), "content.messages[1].content"),
        (text("x", model="a b"), "content.model"),
        (text("x", model="m" * 201), "content.model"),
        (text("x", parameters_json="[]"), "content.parameters"),
        (text("{{1st}}"), "content.text"),
        (text("{{user.name}}"), "content.text"),
        (text("{{items.first}}", LIST), "content.text"),
    ],
)  # fmt: skip
def test_each_fault_is_named(draft: ContentDraft, field: str) -> None:
    assert list(faults(draft)) == [field]


def test_a_wrong_use_is_named_with_its_line() -> None:
    assert faults(text("a\n{{items.first}}", LIST))["content.text"].startswith("line 2, column 1: ")


@pytest.mark.parametrize(
    ("template", "variables", "undeclared"),
    [
        ("{{a}} {{b}} {{a}}", (), ("a", "b")),
        ("{{#a}}{{b}}{{/a}}{{^c}}{{d}}{{/c}}", (), ("a", "b", "c", "d")),
        ("{{#items}}{{name}} {{.}}{{/items}}", (LIST,), ()),
        ("{{^items}}{{none}}{{/items}}", (LIST,), ("none",)),
        ("{{#user.friends}}{{name}}{{/user.friends}}", (OBJECT,), ()),
        ("{{#user}}{{name}}{{/user}} {{name}}", (OBJECT,), ("name",)),
        ("plain", (LIST,), ()),
        ("{{! {{comment}}", (), ()),
    ],
)
def test_variables_used_undeclared_are_known_when_saved(
    template: str, variables: tuple[VariableDraft, ...], undeclared: tuple[str, ...]
) -> None:
    assert checked(text(template, *variables)).undeclared == undeclared


def test_all_messages_are_rendered_with_defaults() -> None:
    draft = ContentDraft(
        PromptType.CHAT,
        messages=(Message("system", "In {{words}} words."), Message("user", "About {{topic}}.")),
        variables=(VariableDraft("words", VariableType.INTEGER, default_json="50"),),
    )
    assert render(checked(draft), '{"topic": "tea"}') == [
        Message("system", "In 50 words."),
        Message("user", "About tea."),
    ]


def refused(content: Content, values: dict[str, Any]) -> list[str]:
    with pytest.raises(VariablesInvalid) as raised:
        render(content, json.dumps(values))
    return [one.field for one in raised.value.violations]


def test_undeclared_variables_are_required_strings() -> None:
    content = checked(text("{{a}} {{b}}"))
    assert refused(content, {"b": 1}) == ["variables.a", "variables.b"]


def test_a_field_that_no_item_has_is_named() -> None:
    content = checked(text("{{#items}}{{name}}{{/items}}{{user.mail}}", LIST, OBJECT))
    values = {"items": [{"nom": "tea"}], "user": {}}
    assert refused(content, values) == ["variables.name", "variables.user.mail"]


def test_a_variable_declared_and_unused_is_no_fault() -> None:
    content = checked(text("Hello", VariableDraft("spare", default_json='"x"')))
    assert render(content, "") == [Message("user", "Hello")]
