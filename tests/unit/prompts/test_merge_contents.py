"""Three-way merge of what versions hold: field by field, message by message, line by line."""

import json
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.errors import PromptInvalid
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    Message,
    PromptType,
    check_content,
)
from services.prompts.rules.merge.conflicts import Resolution, Side
from services.prompts.rules.merge.contents import Merged, merge_contents
from services.prompts.rules.variables import UNSET, VariableDraft, VariableType
from services.prompts.rules.violations import Violations


def checked(draft: ContentDraft) -> Content:
    violations = Violations()
    content = check_content(draft, "content", violations)
    assert not violations
    return content


def chat(*messages: tuple[str, str], **more: Any) -> Content:
    written = tuple(Message(role, text) for role, text in messages)
    return checked(ContentDraft(type=PromptType.CHAT, messages=written, **more))


def text(template: str, **more: Any) -> Content:
    return checked(ContentDraft(type=PromptType.TEXT, text=template, **more))


def variable(name: str, **more: Any) -> VariableDraft:
    return VariableDraft(name=name, **more)


def result(merged: Merged) -> Content:
    """Return the content of a merge without conflicts."""
    assert not merged.conflicts
    return checked(merged.draft)


TEXTS = st.lists(st.sampled_from(["a", "b", "c", "d"]), min_size=1, max_size=5).map("\n".join)
MESSAGES = st.lists(
    st.tuples(st.sampled_from(["system", "user", "assistant"]), TEXTS), min_size=1, max_size=5
)
VARIABLES = st.lists(
    st.builds(
        VariableDraft,
        name=st.sampled_from(["one", "two", "three"]),
        type=st.just(VariableType.INTEGER),
        description=st.sampled_from(["", "what", "why"]),
        default_json=st.sampled_from(["", "1", "2"]),
    ),
    max_size=3,
    unique_by=lambda draft: draft.name,
).map(tuple)
PARAMETERS = st.dictionaries(
    st.sampled_from(["seed", "x", "a.b"]),
    st.one_of(st.integers(0, 2), st.dictionaries(st.sampled_from("pq"), st.integers(0, 1))),
    max_size=3,
).map(lambda given: json.dumps({key: value for key, value in given.items() if _fits(key, value)}))


def _fits(key: str, value: object) -> bool:
    return key != "seed" or isinstance(value, int)


CONTENTS = st.builds(
    lambda messages, variables, model, parameters: chat(
        *messages, variables=variables, model=model, parameters_json=parameters
    ),
    MESSAGES,
    VARIABLES,
    st.sampled_from(["", "sim-text", "sim-slow"]),
    PARAMETERS,
)


@given(CONTENTS, CONTENTS)
def test_who_changed_nothing_gives_way(base: Content, changed: Content) -> None:
    assert result(merge_contents(base, changed, base)) == changed
    assert result(merge_contents(base, base, changed)) == changed


@given(CONTENTS, CONTENTS)
def test_the_same_change_twice_is_one_change(base: Content, changed: Content) -> None:
    assert result(merge_contents(base, changed, changed)) == changed


@given(CONTENTS, CONTENTS, CONTENTS)
def test_sides_can_be_swapped(base: Content, ours: Content, theirs: Content) -> None:
    one, other = merge_contents(base, ours, theirs), merge_contents(base, theirs, ours)
    assert Counter(values(one, swapped=False)) == Counter(values(other, swapped=True))
    if not one.conflicts:
        assert one.draft == other.draft


def values(merged: Merged, *, swapped: bool) -> list[str]:
    """Return what the conflicts hold; messages are counted as ours has them, so without paths."""
    return [
        repr((one.base, one.theirs, one.ours) if swapped else (one.base, one.ours, one.theirs))
        for one in merged.conflicts
    ]


@given(CONTENTS, CONTENTS, CONTENTS)
def test_every_added_line_is_in_the_result_or_in_a_conflict(
    base: Content, ours: Content, theirs: Content
) -> None:
    merged = merge_contents(base, ours, theirs)
    kept = lines_of(message.content for message in merged.draft.messages)
    for conflict in merged.conflicts:
        if conflict.path.startswith("messages"):
            kept += lines_of(texts_in(conflict.theirs))
    for side in (ours, theirs):
        added = lines_of(one.content for one in side.messages) - lines_of(
            one.content for one in base.messages
        )
        assert not added - kept


def lines_of(texts: Any) -> Counter[str]:
    return Counter(line for one in texts for line in one.split("\n"))


def texts_in(value: object) -> list[str]:
    """Return the texts of a conflict's side: lines of one text, or whole messages."""
    if isinstance(value, list):
        return [one["content"] for one in value]
    return [] if value is UNSET else [str(value)]


@given(CONTENTS, CONTENTS, CONTENTS, st.data())
def test_whatever_is_chosen_settles_all_conflicts(
    base: Content, ours: Content, theirs: Content, data: st.DataObject
) -> None:
    found = merge_contents(base, ours, theirs).conflicts
    paths = [conflict.path for conflict in found]
    assert len(set(paths)) == len(paths)
    choices = [Resolution(path, data.draw(st.sampled_from(Side))) for path in paths]
    settled = merge_contents(base, ours, theirs, choices)
    assert settled.is_settled
    assert [conflict.path for conflict in settled.conflicts] == paths


@given(CONTENTS, CONTENTS, CONTENTS)
def test_ours_everywhere_is_what_stands_while_nothing_is_chosen(
    base: Content, ours: Content, theirs: Content
) -> None:
    merged = merge_contents(base, ours, theirs)
    choices = [Resolution(conflict.path, Side.OURS) for conflict in merged.conflicts]
    assert merge_contents(base, ours, theirs, choices).draft == merged.draft


def test_edits_of_different_messages_are_both_kept() -> None:
    base = chat(("system", "Be kind."), ("user", "Say {{what}}"))
    ours = chat(("system", "Be kind and brief."), ("user", "Say {{what}}"))
    theirs = chat(("system", "Be kind."), ("user", "Say {{what}} twice"), ("user", "Thanks"))
    assert result(merge_contents(base, ours, theirs)) == chat(
        ("system", "Be kind and brief."), ("user", "Say {{what}} twice"), ("user", "Thanks")
    )


def test_a_message_removed_here_and_changed_there_is_a_conflict_of_whole_messages() -> None:
    base = chat(("system", "Be kind."), ("user", "Say {{what}}"))
    ours = chat(("system", "Be kind."))
    theirs = chat(("system", "Be kind."), ("user", "Say {{what}} twice"))
    (conflict,) = merge_contents(base, ours, theirs).conflicts
    assert conflict.path == "messages[1:1]"
    assert conflict.ours is UNSET
    assert conflict.theirs == [{"role": "user", "content": "Say {{what}} twice"}]
    taken = merge_contents(base, ours, theirs, [Resolution("messages[1:1]", Side.THEIRS)])
    assert checked(taken.draft) == theirs


def test_a_new_role_and_a_new_text_of_one_message_are_both_kept() -> None:
    base = chat(("user", "Be kind.\nBe brief."), ("user", "Say {{what}}"))
    ours = chat(("system", "Be kind.\nBe brief."), ("user", "Say {{what}}"))
    theirs = chat(("user", "Be kind.\nBe very brief."), ("user", "Say {{what}}"))
    assert result(merge_contents(base, ours, theirs)) == chat(
        ("system", "Be kind.\nBe very brief."), ("user", "Say {{what}}")
    )


def test_variables_merge_by_name_and_by_part() -> None:
    base = text("{{a}} {{b}}", variables=(variable("a"), variable("b")))
    ours = text(
        "{{a}} {{b}}", variables=(variable("a", description="first"), variable("b"), variable("c"))
    )
    theirs = text("{{a}} {{b}}", variables=(variable("d"), variable("a", default_json='"x"')))
    merged = result(merge_contents(base, ours, theirs))
    assert [(one.name, one.description) for one in merged.variables] == [
        ("a", "first"),
        ("c", ""),
        ("d", ""),
    ]
    assert merged.variables[0].default == "x"
    assert merged.undeclared == ("b",)


def test_a_variable_changed_here_and_removed_there_is_a_conflict() -> None:
    base = text("x", variables=(variable("a"),))
    ours = text("x", variables=(variable("a", description="needed"),))
    theirs = text("x")
    (conflict,) = merge_contents(base, ours, theirs).conflicts
    assert (conflict.path, conflict.theirs) == ("variables.a", UNSET)
    removed = merge_contents(base, ours, theirs, [Resolution("variables.a", Side.THEIRS)])
    assert checked(removed.draft).variables == ()
    by_hand = {"type": "integer", "default": 7}
    merged = merge_contents(base, ours, theirs, [Resolution("variables.a", None, by_hand)])
    (kept,) = checked(merged.draft).variables
    assert (kept.type, kept.default) == (VariableType.INTEGER, 7)


def test_parameters_merge_by_key_objects_inside_too() -> None:
    base = text("x", parameters_json='{"seed": 1, "tools": {"a": 1, "b": 1}}')
    ours = text("x", parameters_json='{"seed": 2, "tools": {"a": 2, "b": 1}}')
    theirs = text("x", parameters_json='{"tools": {"a": 3, "b": 2}, "top.p": true}')
    merged = merge_contents(base, ours, theirs)
    assert {one.path: one.theirs for one in merged.conflicts} == {
        "parameters.seed": UNSET,
        "parameters.tools.a": 3,
    }
    choices = [
        Resolution("parameters.seed", Side.THEIRS),
        Resolution("parameters.tools.a", None, 9),
    ]
    settled = merge_contents(base, ours, theirs, choices)
    assert json.loads(settled.draft.parameters_json) == {"tools": {"a": 9, "b": 2}, "top.p": True}


def test_keys_that_dots_could_confuse_are_quoted_in_paths() -> None:
    base, ours, theirs = (text("x", parameters_json=f'{{"a.b": {n}}}') for n in (1, 2, 3))
    (conflict,) = merge_contents(base, ours, theirs).conflicts
    assert conflict.path == 'parameters["a.b"]'


@pytest.mark.parametrize(
    ("resolution", "field"),
    [
        (Resolution("model", Side.OURS), "resolutions[0].path"),
        (Resolution("text#1", None, ["x"]), "resolutions[0].value"),
    ],
)
def test_a_resolution_that_does_not_fit_is_refused(resolution: Resolution, field: str) -> None:
    base, ours, theirs = text("One"), text("Two"), text("Three")
    with pytest.raises(PromptInvalid) as raised:
        merge_contents(base, ours, theirs, [resolution])
    assert [one.field for one in raised.value.violations] == [field]
