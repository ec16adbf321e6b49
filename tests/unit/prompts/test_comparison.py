"""Versions compared: messages, variables, parameters, tools, schema, tokens."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.comparison.changes import Change
from services.prompts.rules.comparison.contents import Comparison, compare
from services.prompts.rules.comparison.messages import align, compare_messages
from services.prompts.rules.comparison.tokens import estimate, is_own_vocabulary
from services.prompts.rules.comparison.values import FieldChange, compare_documents
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    Message,
    PromptType,
    check_content,
)
from services.prompts.rules.variables import UNSET, VariableDraft, VariableType
from services.prompts.rules.violations import Violations

SAME, CHANGED, ADDED, REMOVED = Change.SAME, Change.CHANGED, Change.ADDED, Change.REMOVED
_TEXTS = st.sampled_from(
    ["You help people.", "You help people quickly.", "Hello {{name}}", "Hi {{name}}!",
     "{{#a}}x{{/a}}",
     "Answer in one sentence, please.", "ok", "Repeat {{text}} in {{language}}."]
)  # fmt: skip
MESSAGES = st.lists(
    st.builds(Message, role=st.sampled_from(["system", "user", "assistant"]), content=_TEXTS),
    min_size=1,
    max_size=6,
)
_KEYS = st.sampled_from(["a", "b", "/", "~", "", "temperature"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from([1.0, 0.5, "", "a", "a/b~c"]),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(_KEYS, inside, max_size=3),
    max_leaves=8,
)
DOCUMENTS = st.dictionaries(_KEYS, _JSON, max_size=4)


def words_of(text: str) -> int:
    return len(text.split())


def content(*messages: tuple[str, str], **more: Any) -> Content:
    """Check a chat prompt as saving does."""
    draft = ContentDraft(
        PromptType.CHAT, messages=tuple(Message(*message) for message in messages), **more
    )
    violations = Violations()
    checked = check_content(draft, "content", violations)
    assert not list(violations)
    return checked


def with_parameters(parameters: Mapping[str, object]) -> Content:
    return content(("user", "Hi"), parameters_json=json.dumps(parameters))


def compared(before: Content, after: Content) -> Comparison:
    return compare(before, after, words_of)


@given(MESSAGES, MESSAGES)
def test_every_message_is_told_once_and_makes_up_both_sides(
    before: list[Message], after: list[Message]
) -> None:
    found = compare_messages(before, after)
    indexes = [one.before_index for one in found if one.before_index is not None]
    assert sorted(indexes) == list(range(len(before)))
    later = [one.after_index for one in found if one.after_index is not None]
    assert later == list(range(len(after)))
    for one in found:
        parts = one.text.parts
        if one.before_index is not None:
            kept = "".join(part.text for part in parts if part.change is not ADDED)
            assert before[one.before_index] == Message(one.before_role or "", kept)
        if one.after_index is not None:
            kept = "".join(part.text for part in parts if part.change is not REMOVED)
            assert after[one.after_index] == Message(one.after_role or "", kept)


@given(MESSAGES, MESSAGES)
def test_messages_stand_for_the_same_ones_either_way_round(
    before: list[Message], after: list[Message]
) -> None:
    steady, moved = align(before, after)
    back_steady, back_moved = align(after, before)
    assert [(other, one) for one, other in steady] == back_steady
    assert sorted((other, one) for one, other in moved) == back_moved


@given(MESSAGES)
def test_messages_that_did_not_change_are_told_as_the_same(messages: list[Message]) -> None:
    assert all(
        one.change is SAME and not one.is_moved for one in compare_messages(messages, messages)
    )


@given(st.permutations(["first note", "second thing", "third matter", "fourth point"]))
def test_messages_that_only_moved_are_the_same(order: list[str]) -> None:
    before = [Message("user", text) for text in sorted(order)]
    found = compare_messages(before, [Message("user", text) for text in order])
    assert {one.change for one in found} == {SAME}
    assert any(one.is_moved for one in found) == (order != sorted(order))


def shown(
    before: Sequence[Message], after: Sequence[Message]
) -> list[tuple[Change, bool, Any, Any]]:
    return [
        (one.change, one.is_moved, one.before_index, one.after_index)
        for one in compare_messages(before, after)
    ]


def test_a_message_put_first_leaves_the_others_as_they_are() -> None:
    system, user = Message("system", "You help."), Message("user", "Hello {{name}}")
    example = Message("user", "What is two and two?")
    assert shown([system, user], [example, system, user]) == [
        (ADDED, False, None, 0),
        (SAME, False, 0, 1),
        (SAME, False, 1, 2),
    ]
    assert shown([example, system, user], [system, user]) == [
        (REMOVED, False, 0, None),
        (SAME, False, 1, 0),
        (SAME, False, 2, 1),
    ]


def test_a_message_that_moved_and_changed_is_told_as_both() -> None:
    system = Message("system", "You help people who travel by train.")
    user, reply = Message("user", "Hello {{name}}"), Message("assistant", "How can I help?")
    changed = Message("system", "You help people who travel by boat.")
    assert shown([system, user, reply], [user, reply, changed]) == [
        (SAME, False, 1, 0),
        (SAME, False, 2, 1),
        (CHANGED, True, 0, 2),
    ]


def test_a_message_written_anew_at_its_place_is_changed_and_one_of_another_role_is_not_it() -> None:
    system = Message("system", "You help.")
    assert shown([system], [Message("system", "Ganz anders.")]) == [(CHANGED, False, 0, 0)]
    assert shown([system], [Message("user", "Ganz anders.")]) == [
        (REMOVED, False, 0, None),
        (ADDED, False, None, 0),
    ]


def test_a_new_role_of_the_same_text_is_a_change() -> None:
    (one,) = compare_messages([Message("user", "Be kind.")], [Message("system", "Be kind.")])
    assert (one.change, one.before_role, one.after_role) == (CHANGED, "user", "system")


def test_messages_share_one_bound_of_work() -> None:
    written = [f"{number % 7} {number * number % 5}" for number in range(100)]
    before = [Message("user", " ".join(written[at:] + written[:at])) for at in range(10)]
    after = [Message("user", " ".join(reversed(message.content.split()))) for message in before]
    alone = compare_messages(before[:1], after[:1], most_steps=100_000)
    assert not any(one.text.is_coarse for one in alone)
    together = compare_messages(before, after, most_steps=100_000)
    assert any(one.text.is_coarse for one in together)


def applied(document: Mapping[str, Any], changes: Sequence[FieldChange]) -> dict[str, Any]:
    """Make the changes that were told."""
    made: dict[str, Any] = json.loads(json.dumps(document))
    for change in changes:
        *way, last = change.path
        at = made
        for name in way:
            at = at[name]
        if change.after is UNSET:
            assert at.pop(last) == change.before
        else:
            assert at.get(last, UNSET) == change.before
            at[last] = change.after
    return made


@given(DOCUMENTS, DOCUMENTS)
def test_changes_of_a_document_applied_to_the_earlier_give_the_later(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    changes = list(compare_documents(before, after))
    assert json.dumps(applied(before, changes), sort_keys=True) == json.dumps(after, sort_keys=True)
    back = list(compare_documents(after, before))
    assert [(one.path, one.after, one.before) for one in changes] == [
        (one.path, one.before, one.after) for one in back
    ]
    pointers = [one.pointer for one in changes]
    assert len(set(pointers)) == len(pointers)


def test_a_pointer_is_that_of_the_standard() -> None:
    (change,) = compare_documents({"a/b": {"~": 1}}, {"a/b": {"~": 2}})
    assert (change.pointer, change.change) == ("/a~1b/~0", CHANGED)


CONTENTS = st.builds(
    lambda messages, parameters, names: content(
        *[(one.role, one.content) for one in messages],
        parameters_json=json.dumps(parameters),
        variables=tuple(
            VariableDraft(name, VariableType.LIST if name == "a" else VariableType.STRING)
            for name in names
        ),
    ),
    MESSAGES,
    st.dictionaries(
        st.sampled_from(["tools", "response_format", "temperature", "x"]),
        st.just(None)
        | st.sampled_from([[], [{"name": "a"}], [{"name": "b"}, {"name": "a"}],
                           [{"name": "a"}, {"name": "b"}], [{"name": "a"}, {"name": "a"}]]),
    ).filter(lambda given: not isinstance(given.get("response_format"), list)
             and not isinstance(given.get("temperature"), list)),
    st.permutations(["a", "name", "text"]).flatmap(
        lambda names: st.integers(0, 3).map(lambda many: names[:many])
    ),
)  # fmt: skip


@given(CONTENTS, CONTENTS)
def test_versions_are_the_same_exactly_when_nothing_is_told(
    before: Content, after: Content
) -> None:
    found = compared(before, after)
    told = (
        any(one.change is not SAME or one.is_moved for one in found.messages),
        found.variables.found,
        found.variables.is_reordered,
        found.parameters,
        found.tools.found,
        found.tools.is_reordered,
        found.schema,
    )
    assert found.is_same is not any(told)


def test_variables_are_compared_by_name_and_used_ones_count() -> None:
    before = content(
        ("user", "{{tone}} {{text}}"), variables=(VariableDraft("tone", default_json='"kind"'),)
    )
    after = content(
        ("user", "{{text}} {{tone}} {{lang}}"),
        variables=(VariableDraft("text"), VariableDraft("tone", default_json='"dry"')),
    )
    found = compared(before, after).variables
    assert [(one.name, one.change) for one in found.found] == [
        ("text", CHANGED),
        ("tone", CHANGED),
        ("lang", ADDED),
    ]
    assert [(one.pointer, one.before, one.after) for one in found.found[0].fields] == [
        ("/is_declared", False, UNSET)
    ]
    assert [(one.pointer, one.before, one.after) for one in found.found[1].fields] == [
        ("/default", "kind", "dry")
    ]
    assert found.is_reordered


def _tool(name: str, description: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": description}}


def test_tools_are_compared_by_name_and_the_schema_member_by_member() -> None:
    form = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}
    strict = {**form, "json_schema": {**form["json_schema"], "strict": True}}  # type: ignore[dict-item] # of JSON
    before = {"tools": [_tool("search", "Finds"), _tool("old", "Goes")], "response_format": form}
    after = {"tools": [_tool("new", "Comes"), _tool("search", "Seeks")], "response_format": strict}
    found = compared(
        with_parameters({**before, "temperature": 0.2}), with_parameters({**after, "seed": 1})
    )
    assert [(one.name, one.change) for one in found.tools.found] == [
        ("new", ADDED),
        ("search", CHANGED),
        ("old", REMOVED),
    ]
    assert [one.pointer for one in found.tools.found[1].fields] == ["/function/description"]
    assert [(one.pointer, one.change) for one in found.schema] == [
        ("/response_format/json_schema/strict", ADDED)
    ]
    assert [(one.pointer, one.change) for one in found.parameters] == [
        ("/seed", ADDED),
        ("/temperature", REMOVED),
    ]


def test_what_is_no_list_of_named_tools_is_compared_as_a_parameter() -> None:
    found = compared(with_parameters({"tools": [{"name": "a"}]}), with_parameters({"tools": "x"}))
    assert not found.tools.found
    assert [one.pointer for one in found.parameters] == ["/tools"]


def test_tokens_are_those_of_what_is_always_sent() -> None:
    checked = content(
        ("system", "Be {{tone}} to {{who}}."),
        ("user", "{{#items}}item {{title}}{{/items}} {{settings.depth}} {{text}}"),
        variables=(
            VariableDraft("tone", default_json='"very kind"'),
            VariableDraft("items", VariableType.LIST),
            VariableDraft("settings", VariableType.OBJECT, default_json='{"depth": 3}'),
        ),
        parameters_json='{"tools": [{"name": "a b"}], "max_tokens": 200}',
        model="gpt-4o-mini",
    )
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return 10

    found = estimate(checked, count)
    assert sorted(counted) == [
        '[{"name":"a b"}]',
        "system\nBe very kind to .",
        "user\nitem  3 ",
    ]
    assert found.input == 3 * 10 + 2 * 3 + 3
    assert found.uncounted == ("who", "items", "text")
    assert found.has_sections
    assert found.tools_and_schema == 10
    assert found.most_output == 200
    assert found.is_own_vocabulary


def test_a_placeholder_is_no_message_of_its_own_and_its_messages_come_on_top() -> None:
    checked = content(("system", "Be kind."), ("placeholder", "history"))
    found = estimate(checked, lambda _: 10)
    assert (found.input, found.uncounted) == (10 + 3 + 3, ("history",))
    told = compared(content(("system", "Be kind.")), checked)
    assert [(one.name, one.change) for one in told.variables.found] == [("history", ADDED)]
    assert [(one.pointer, one.after) for one in told.variables.found[0].fields] == [
        ("/is_declared", False),
        ("/type", "list"),
    ]


@pytest.mark.parametrize(
    ("model", "is_own"),
    [
        ("gpt-4o", True),
        ("GPT-4o-mini-2024-07-18", True),
        ("openai/gpt-5", True),
        ("gpt-5.1", True),
        ("ft:gpt-4o-mini:acme", True),
        ("o3", True),
        ("sim-text", True),
        ("gpt-4", False),
        ("gpt-4-turbo", False),
        ("gpt-3.5-turbo", False),
        ("claude-sonnet-4-5", False),
        ("gemini-2.5-pro", False),
        ("o300", False),
        ("", False),
    ],
)
def test_a_vocabulary_is_a_models_own_only_where_that_is_known(model: str, is_own: bool) -> None:
    assert is_own_vocabulary(model) is is_own
