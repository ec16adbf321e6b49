"""The library: twenty templates that work as they stand, five of them in every new tenant."""

import json
import re
from typing import Any

import pytest

from services.prompts.adapters import read_library
from services.prompts.errors import PromptInvalid, VariablesInvalid
from services.prompts.rules.content import (
    Content,
    ContentDraft,
    PromptType,
    check_content,
    content_hash,
    render,
)
from services.prompts.rules.library import LibraryPrompt, TemplateFilter, library_prompt
from services.prompts.rules.prompts import MOST_NOTE
from services.prompts.rules.variables import UNSET, Variable, VariableType
from services.prompts.rules.violations import Violations

LIBRARY = {prompt.name: prompt for prompt in read_library()}
EACH = pytest.mark.parametrize("prompt", LIBRARY.values(), ids=lambda prompt: prompt.name)

# What the pipelines' templates and the documentation rely on.
PROMISED = {
    "text-summarization": {"text", "length", "focus"},
    "code-generation": {"language", "task", "style"},
    "creative-writing": {"genre", "tone", "audience", "topic"},
    "data-analysis": {"question", "data", "depth"},
    "language-translation": {"text", "source", "target", "context"},
}
OFFERED = {
    "json-extraction", "text-classification", "sentiment-with-evidence",
    "answer-with-citations", "faq-from-document", "meeting-notes",
    "sql-from-question", "code-review", "unit-tests", "commit-message",
    "rewrite-in-tone", "email-reply", "ticket-triage", "judge-rubric", "translation-review",
}  # fmt: skip
_TAG = re.compile(r"{{.*?}}")
_PRINTED = re.compile(r"{{[^#^/].*?}}")
_DELIMITED = re.compile(r"(?s)<(\w+)[^>]*>.*?</\1>")


def filled(prompt: LibraryPrompt, **values: Any) -> str:
    needed = {one.name: _made_up(one) for one in prompt.content.variables if one.default is UNSET}
    return "\n".join(one.content for one in render(prompt.content, json.dumps(needed | values)))


def _made_up(variable: Variable) -> object:
    return {VariableType.LIST: [], VariableType.OBJECT: {}}.get(variable.type, "…")


def test_the_five_are_there_with_the_promised_variables_and_are_what_tenants_start_with() -> None:
    assert {name for name, prompt in LIBRARY.items() if prompt.is_default} == PROMISED.keys()
    for name, promised in PROMISED.items():
        assert {one.name for one in LIBRARY[name].content.variables} >= promised


def test_fifteen_more_are_offered() -> None:
    assert {name for name, prompt in LIBRARY.items() if not prompt.is_default} == OFFERED


def test_templates_come_by_category_then_title_and_are_told_apart() -> None:
    keys = [(prompt.category, prompt.title) for prompt in LIBRARY.values()]
    assert keys == sorted(keys)
    assert len(read_library()) == len(LIBRARY)
    for told in ("title", "content_hash", "description"):
        assert len({getattr(prompt, told) for prompt in LIBRARY.values()}) == len(LIBRARY)


@EACH
def test_each_is_documented_and_declares_all_that_it_uses(prompt: LibraryPrompt) -> None:
    roles = [message.role for message in prompt.content.messages]
    assert roles == (["user"] if prompt.content.type is PromptType.TEXT else ["system", "user"])
    assert not prompt.content.undeclared
    assert prompt.description
    assert prompt.tags
    assert all(variable.description for variable in prompt.content.variables)
    assert prompt.content.model == ""


@EACH
def test_each_prints_every_free_text_that_it_declares(prompt: LibraryPrompt) -> None:
    free = [
        one
        for one in prompt.content.variables
        if one.type is VariableType.STRING and not one.choices
    ]
    marks = {one.name: f"<<{one.name}>>" for one in free}
    text = filled(prompt, **marks)
    assert all(mark in text for mark in marks.values())
    assert "{{" not in text


@EACH
def test_each_uses_every_variable_that_it_declares(prompt: LibraryPrompt) -> None:
    used = " ".join(_TAG.findall("\n".join(one.content for one in prompt.content.messages)))
    for variable in prompt.content.variables:
        assert re.search(rf"\b{variable.name}\b", used), variable.name


@EACH
def test_each_has_two_or_three_examples_whose_values_all_show(prompt: LibraryPrompt) -> None:
    assert len(prompt.examples) in (2, 3)
    assert len({example.title for example in prompt.examples}) == len(prompt.examples)
    for example in prompt.examples:
        text = "\n".join(message.content for message in example.messages)
        assert "{{" not in text
        values = json.loads(example.variables_json)
        needed = {one.name for one in prompt.content.variables if one.default is UNSET}
        assert needed <= values.keys()
        assert all(value in text for value in values.values() if isinstance(value, str))


@EACH
def test_each_keeps_what_never_changes_before_what_does(prompt: LibraryPrompt) -> None:
    """Providers charge less for a prefix that they have seen before."""
    first, *rest = (message.content for message in prompt.content.messages)
    static = first if rest else first[: first.index("{{")]
    assert not _TAG.search(static)
    whole = sum(len(message.content) for message in prompt.content.messages)
    assert len(static) > whole / 2


@EACH
def test_what_users_bring_stands_between_tags(prompt: LibraryPrompt) -> None:
    """Of a new template; the five are from before this rule, and keep short values on lines."""
    if prompt.is_default:
        return
    message = prompt.content.messages[-1].content
    if prompt.content.type is PromptType.TEXT:  # its static text speaks of the tags too
        message = message[message.rfind("\n", 0, message.index("{{")) :]
    outside = _DELIMITED.sub("", message)
    assert not _PRINTED.search(outside), outside


@EACH
def test_the_draft_makes_the_same_content_so_a_copy_has_the_templates_hash(
    prompt: LibraryPrompt,
) -> None:
    violations = Violations()
    again = check_content(prompt.draft, "content", violations)
    assert not violations
    assert content_hash(again.document()) == prompt.content_hash
    assert Content.from_document(prompt.content.document()) == prompt.content
    assert len(prompt.note) <= MOST_NOTE


def test_an_optional_line_leaves_no_trace_when_it_is_not_wanted() -> None:
    text = filled(LIBRARY["text-summarization"], text="Tea is warm.")
    assert "Focus" not in text
    assert "<text>\nTea is warm.\n</text>" in text


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (TemplateFilter(category="evaluation"), {"judge-rubric", "translation-review"}),
        (TemplateFilter(tag="sql"), {"sql-from-question"}),
        (TemplateFilter(query="TRANSLAT review"), {"translation-review"}),
        (TemplateFilter(query="json", category="support"), {"ticket-triage"}),
        (TemplateFilter(tag="sq"), set()),
        (TemplateFilter(category="no such"), set()),
        (TemplateFilter(), LIBRARY.keys()),
    ],
)
def test_a_list_is_narrowed_by_category_tag_and_words(
    only: TemplateFilter, expected: set[str]
) -> None:
    assert {name for name, prompt in LIBRARY.items() if only.passes(prompt)} == expected


def test_filters_that_are_too_long_are_all_named() -> None:
    with pytest.raises(PromptInvalid) as raised:
        TemplateFilter(category="c" * 51, query="q" * 201, tag="t" * 51).check()
    assert [one.field for one in raised.value.violations] == ["category", "query", "tag"]


def stored(**changes: Any) -> dict[str, Any]:
    return {
        "name": "greeting",
        "title": "Greet",
        "category": "writing",
        "is_default": False,
        "description": "",
        "tags": [],
        "parameters": {},
        "variables": [],
        "text": ["Hello", "{{name}}"],
        "examples": [{"title": "Ada", "variables": {"name": "Ada"}}],
    } | changes


def test_a_library_file_of_one_text_is_a_text_prompt() -> None:
    prompt = library_prompt(stored())
    assert prompt.draft == ContentDraft(
        type=PromptType.TEXT, text="Hello\n{{name}}", parameters_json="{}"
    )
    assert [one.content for one in prompt.examples[0].messages] == ["Hello\nAda"]


def test_a_library_file_is_checked_like_anybodys_prompt() -> None:
    with pytest.raises(PromptInvalid) as raised:
        library_prompt(stored(name="Bad Name", title="", category="", text=["{{open"]))
    fields = [one.field for one in raised.value.violations]
    assert fields == ["name", "title", "category", "content.text"]


def test_an_example_that_does_not_fit_is_refused() -> None:
    with pytest.raises(VariablesInvalid) as raised:
        library_prompt(stored(examples=[{"title": "x", "variables": {"nam": "Ada"}}]))
    fields = {one.field for one in raised.value.violations}
    assert fields == {"variables.name", "variables.nam"}
