"""Lint of any draft at all: it never fails, and what it says holds."""

import json

from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.content import (
    ContentDraft,
    Message,
    PromptType,
    check_content,
)
from services.prompts.rules.lint.draft import lint
from services.prompts.rules.lint.findings import Finding, Severity
from services.prompts.rules.variables import VariableDraft, VariableType
from services.prompts.rules.violations import Violations

_PIECES = st.sampled_from(
    [
        "{{", "}}", "{{{text}}}", "{{text}}", "{{#items}}", "{{/items}}", "{{^a}}", "{{/a}}",
        "{{.}}", "{{=<% %>=}}", "<%a%>", "{{! note }}", "{{>x}}", "{{a.b}}", "{{a b}}", "{a}",
        "\n", "\r\n", " ", "\t", "<text>", "</text>", "```", "---", '"',
        "Answer in valid JSON only.", "😀", "é", "\0", "Answer in the language of the question.",
    ]
)  # fmt: skip
_TEMPLATES = st.lists(_PIECES | st.text(max_size=20), max_size=30).map("".join)
_NAMES = st.sampled_from(["a", "text", "items", "txet", "query", "", "2", "a b"]) | st.text(
    max_size=5
)
_VARIABLES = st.builds(
    VariableDraft,
    name=_NAMES,
    type=st.sampled_from(VariableType),
    description=st.text(max_size=20),
    default_json=st.sampled_from(["", "1", '"x"', "[]", "{", "null", "{}"]),
    enum_json=st.lists(st.sampled_from(["1", '"x"', "[", "true"]), max_size=3).map(tuple),
)
_PARAMETERS = st.dictionaries(
    st.sampled_from(
        ["temperature", "top_p", "n", "max_tokens", "max_output_tokens", "stop", "response_format",
         "logprobs", "top_logprobs", "top_k"]
    ),
    st.sampled_from(
        [None, 0, 0.5, 1, 3, -1, True, "x", [], ["a"], [""], {}, {"type": "json_object"}]
    ),
).map(json.dumps)  # fmt: skip
DRAFTS = st.builds(
    ContentDraft,
    type=st.sampled_from([*PromptType, None]),
    text=_TEMPLATES,
    messages=st.lists(
        st.builds(
            Message,
            role=st.sampled_from(["system", "user", "assistant", "placeholder", "?"]),
            content=_TEMPLATES | _NAMES,
        ),
        max_size=4,
    ).map(tuple),
    variables=st.lists(_VARIABLES, max_size=4).map(tuple),
    model=st.sampled_from(["", "sim-text", "a b"]),
    parameters_json=_PARAMETERS | st.sampled_from(["", "[]", "{"]),
)


def findings(draft: ContentDraft) -> tuple[Finding, ...]:
    return lint(draft, "content", len).findings


def template(draft: ContentDraft, index: int) -> str:
    return draft.text if draft.type is PromptType.TEXT else draft.messages[index].content


@given(DRAFTS)
def test_lint_never_fails_and_every_place_lies_in_its_text(draft: ContentDraft) -> None:
    for finding in findings(draft):
        assert finding.field.startswith("content")
        assert finding.message
        place = finding.place
        if place is None:
            assert finding.fix is None
            continue
        text = template(draft, place.message_index)
        assert 0 <= place.start < place.end <= len(text)
        for offset, line, column in (
            (place.start, place.line, place.column),
            (place.end, place.end_line, place.end_column),
        ):
            before = text[:offset]
            assert line == before.count("\n") + 1
            assert column == len(before.rpartition("\n")[2]) + 1


@given(DRAFTS)
def test_there_is_an_error_exactly_when_it_cannot_be_saved(draft: ContentDraft) -> None:
    violations = Violations()
    check_content(draft, "content", violations)
    has_error = any(one.code.severity is Severity.ERROR for one in findings(draft))
    assert has_error == bool(violations)


@given(DRAFTS)
def test_the_same_is_found_twice(draft: ContentDraft) -> None:
    assert findings(draft) == findings(draft)
