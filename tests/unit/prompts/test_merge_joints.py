"""Merges that crossed: their common ancestors become one, and what nobody decided stays open."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.content import Content, PromptType
from services.prompts.rules.merge.conflicts import Resolution, Side
from services.prompts.rules.merge.contents import (
    Document,
    document_of,
    join_documents,
    merge_contents,
    merge_documents,
)
from services.prompts.rules.variables import UNSET
from tests.unit.prompts.test_merge_contents import CONTENTS, chat, checked, text, variable

ROOT = text("One\nTwo\nThree", model="sim-text", parameters_json='{"seed": 0}')


def joint(newer: Content, older: Content, base: Content = ROOT) -> Document:
    return join_documents(document_of(base), document_of(newer), document_of(older), 9)


def merged(base: Document, ours: Content, theirs: Content, *resolutions: Resolution) -> Any:
    return merge_documents(base, document_of(ours), document_of(theirs), resolutions)


@given(CONTENTS, CONTENTS, CONTENTS)
def test_ancestors_without_conflicts_join_into_their_merge(
    base: Content, newer: Content, older: Content
) -> None:
    plain = merge_contents(base, newer, older)
    joined = joint(newer, older, base)
    if not plain.conflicts:
        result = checked(plain.draft)
        assert merged(joined, result, result).draft == plain.draft
        assert "\0" not in repr(joined)
    else:
        assert "\\x00" in repr(joined)


@given(st.lists(CONTENTS, min_size=5, max_size=5), st.sampled_from(Side))
def test_what_was_undecided_never_reaches_a_result(versions: list[Content], side: Side) -> None:
    base, newer, older, ours, theirs = versions
    start = joint(newer, older, base)
    found = merged(start, ours, theirs).conflicts
    settled = merged(start, ours, theirs, *(Resolution(one.path, side) for one in found))
    assert "\\x00" not in repr((found, settled.draft))
    assert merged(start, ours, ours).draft == draft_of(ours)


def draft_of(content: Content) -> Any:
    return merge_contents(content, content, content).draft


def test_two_who_settled_one_conflict_differently_have_a_conflict() -> None:
    """From either ancestor alone, one of the two decisions would win without a word."""
    newer, older = text("One\n2\nThree", model="a"), text("One\nII\nThree", model="b")
    ours, theirs = text("One\nTwo\nThree", model="a"), text("One\nII\nThree", model="b")
    line, model = merged(joint(newer, older), ours, theirs).conflicts
    assert (line.path, line.base, line.ours, line.theirs) == ("text#1", UNSET, "Two", "II")
    assert (model.path, model.base, model.ours, model.theirs) == ("model", UNSET, "a", "b")


def test_a_line_brought_back_after_the_crossing_stays() -> None:
    newer, older = text("One\nThree"), text("One\nTwo\nThree\nFour")
    both = text("One\nThree\nFour")
    back = text("One\nTwo\nThree\nFour")
    assert checked(merged(joint(newer, older), back, both).draft) == back
    assert checked(merged(joint(newer, older), both, back).draft) == back


def test_variables_parameters_and_whole_messages_can_be_undecided() -> None:
    base = chat(("user", "Hi"), variables=(variable("a"),), parameters_json='{"x": {"y": 0}}')
    newer, older = (
        chat(
            ("user", "Hi"),
            ("assistant", f"Reply {word}"),
            variables=(variable("a", default_json=f'"{word}"', description=word),),
            parameters_json=f'{{"x": {{"y": "{word}"}}}}',
        )
        for word in ("one", "two")
    )
    joined = joint(newer, older, base)
    found = merged(joined, newer, older).conflicts
    assert {one.path: one.base for one in found} == {
        "messages[1:2]": UNSET,
        "variables.a.values": UNSET,
        "variables.a.description": UNSET,
        "parameters.x.y": UNSET,
    }
    assert all(one.lines is None for one in found)
    assert joined["type"] == PromptType.CHAT
