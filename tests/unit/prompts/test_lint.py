"""Lint: each rule finds its fault at its place, and leaves what is well alone."""

from typing import Any

import pytest

from services.kit.tokenizer.o200k import count
from services.prompts.adapters import read_library
from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.documents import canonical
from services.prompts.rules.library import LibraryPrompt
from services.prompts.rules.lint.draft import MOST_OF_A_RULE, Report, lint
from services.prompts.rules.lint.findings import Code, Finding, Severity
from services.prompts.rules.variables import UNSET, Variable, VariableDraft, VariableType
from tests.unit.prompts.lint_samples import LONG, SAMPLES, Sample, chat, text, variable


def report(draft: ContentDraft) -> Report:
    return lint(draft, "content", count)


def found(draft: ContentDraft, code: Code) -> list[Finding]:
    return [one for one in report(draft).findings if one.code is code]


def underlined(draft: ContentDraft, finding: Finding) -> str:
    assert finding.place
    templates = [draft.text] if draft.text else [one.content for one in draft.messages]
    return templates[finding.place.message_index][finding.place.start : finding.place.end]


def mended(draft: ContentDraft, finding: Finding) -> str:
    assert finding.place
    assert finding.fix
    place = finding.place
    return draft.text[: place.start] + finding.fix.replacement + draft.text[place.end :]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.code.value)
def test_a_rule_finds_its_fault_where_it_stands(sample: Sample) -> None:
    (finding,) = found(sample.bad, sample.code)
    if sample.underlined:
        assert underlined(sample.bad, finding) == sample.underlined
    else:
        assert finding.field == sample.field
        assert finding.place is None
    assert len(finding.message) > 10


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.code.value)
def test_a_rule_leaves_alone_what_is_well(sample: Sample) -> None:
    assert found(sample.good, sample.code) == []


def test_every_rule_has_a_sample() -> None:
    assert {sample.code for sample in SAMPLES} == set(Code)


def _draft(content: Any) -> ContentDraft:
    return ContentDraft(
        PromptType.CHAT,
        messages=content.messages,
        variables=tuple(map(_variable, content.variables)),
        model=content.model,
        parameters_json=canonical(content.parameters).decode(),
    )


def _variable(declared: Variable) -> VariableDraft:
    return VariableDraft(
        declared.name,
        declared.type,
        declared.description,
        "" if declared.default is UNSET else canonical(declared.default).decode(),
        tuple(canonical(one).decode() for one in declared.choices),
    )


@pytest.mark.parametrize("prompt", read_library(), ids=lambda prompt: prompt.name)
def test_the_library_is_clean(prompt: LibraryPrompt) -> None:
    assert report(_draft(prompt.content)).findings == ()


def test_findings_come_with_the_gravest_first_and_in_the_order_of_the_text() -> None:
    draft = chat(("user", "Give {{one}}  \n{{open"), ("user", "{{two}} "))
    findings = report(draft).findings
    assert [(one.code, one.place and one.place.message_index) for one in findings] == [
        (Code.TEMPLATE_INVALID, 0),
        (Code.VARIABLE_UNDECLARED, 0),
        (Code.TRAILING_WHITESPACE, 0),
        (Code.VARIABLE_UNDECLARED, 1),
        (Code.TRAILING_WHITESPACE, 1),
    ]
    assert findings[0].code.severity is Severity.ERROR


def test_places_are_lines_and_columns_in_characters() -> None:
    (finding,) = found(text("Grüße 😀\n  {{topic}}"), Code.VARIABLE_UNDECLARED)
    place = finding.place
    assert place
    assert (place.line, place.column, place.end_line, place.end_column) == (2, 3, 2, 12)
    assert (place.start, place.end) == (10, 19)
    assert finding.field == "content.text"
    assert finding.variable == "topic"


def test_all_faults_of_a_template_are_told_at_once() -> None:
    draft = text("{{/a}} {{first name}} {{}} {{#b}} {{> c}} {{ok}}")
    faults = [underlined(draft, one) for one in found(draft, Code.TEMPLATE_INVALID)]
    assert faults == ["{{/a}}", "{{first name}}", "{{}}", "{{#b}}", "{{> c}}"]
    assert [one.variable for one in found(draft, Code.VARIABLE_UNDECLARED)] == ["ok"]


def test_nothing_is_called_unused_while_a_tag_is_half_written() -> None:
    assert found(text("About {{top", variable("topic")), Code.VARIABLE_UNUSED) == []


@pytest.mark.parametrize(
    ("draft", "code", "after"),
    [
        (text("A {{{topic}}}", variable("topic")), Code.ESCAPE_MARKS, "A {{topic}}"),
        (
            text("A {topic} {{topic}}", variable("topic")),
            Code.SINGLE_BRACES,
            "A {{topic}} {{topic}}",
        ),
        (text("A {{tpoic}}", variable("topic")), Code.VARIABLE_MISSPELT, "A {{topic}}"),
        (text("One \ntwo"), Code.TRAILING_WHITESPACE, "One\ntwo"),
    ],
    ids=lambda value: value.value if isinstance(value, Code) else "",
)
def test_a_fix_mends_what_it_was_offered_for(draft: ContentDraft, code: Code, after: str) -> None:
    (finding,) = found(draft, code)
    assert mended(draft, finding) == after
    assert found(text(after, *draft.variables), code) == []


def test_a_slot_that_is_fenced_by_its_fix_is_at_rest() -> None:
    draft = text("Read {{text}} and say in three sentences what it is about, and who wrote it.")
    (finding,) = found(draft, Code.SLOT_UNFENCED)
    assert "<text>\n{{text}}\n</text>" in mended(draft, finding)
    assert found(text(mended(draft, finding)), Code.SLOT_UNFENCED) == []


def test_no_fix_is_offered_where_it_would_be_read_as_text() -> None:
    draft = text("{{=<% %>=}}A <%& topic %> {topic}", variable("topic"))
    assert [one.fix for one in report(draft).findings] == [None, None]


def test_the_cost_of_a_cache_breaking_order_is_counted_in_tokens() -> None:
    draft = chat(("system", f"Be kind. {{{{genre}}}}{LONG}"), ("user", "Go"))
    (finding,) = found(draft, Code.CACHE_ORDER)
    assert f" {count(LONG + 'Go'):,} tokens of fixed text" in finding.message
    assert f"here {count('Be kind. '):,}." in finding.message


def test_a_draft_past_the_limits_is_said_to_be_so_and_not_read() -> None:
    findings = report(text("{{a}} " * 40_000)).findings
    assert [(one.code, one.field) for one in findings] == [(Code.CONTENT_INVALID, "content.text")]


def test_of_each_rule_so_many_are_listed_and_more_are_admitted() -> None:
    draft = text("word \n" * (MOST_OF_A_RULE + 1))
    assert len(found(draft, Code.TRAILING_WHITESPACE)) == MOST_OF_A_RULE
    assert report(draft).is_cut
    assert not report(text("word \n" * MOST_OF_A_RULE)).is_cut


@pytest.mark.parametrize("role", ["system", "user"])
def test_numbers_and_choices_are_no_slots_for_other_peoples_text(role: str) -> None:
    behind = "\nSay in three sentences what this is about, and who may have written it."
    declared = (
        variable("text", VariableType.INTEGER),
        variable("input", VariableType.BOOLEAN),
        variable("query", enum=('"a"',)),
    )
    draft = ContentDraft(
        PromptType.CHAT,
        messages=(Message(role, "{{text}} {{input}} {{query}}" + behind),),
        variables=declared,
    )
    assert report(draft).findings == ()
