"""The default library: five prompts that work as they stand."""

import json
from typing import Any

import pytest

from services.prompts.adapters import read_library
from services.prompts.errors import PromptInvalid
from services.prompts.rules.content import render
from services.prompts.rules.library import LibraryPrompt, library_prompt
from services.prompts.rules.variables import UNSET

LIBRARY = {prompt.name: prompt for prompt in read_library()}

# What the pipelines' templates and the documentation rely on.
PROMISED = {
    "text-summarization": {"text", "length", "focus"},
    "code-generation": {"language", "task", "style"},
    "creative-writing": {"genre", "tone", "audience", "topic"},
    "data-analysis": {"question", "data", "depth"},
    "language-translation": {"text", "source", "target", "context"},
}


def filled(prompt: LibraryPrompt, **values: Any) -> str:
    needed = {one.name: "…" for one in prompt.content.variables if one.default is UNSET}
    return "\n".join(one.content for one in render(prompt.content, json.dumps(needed | values)))


def test_the_five_are_there_with_the_promised_variables() -> None:
    assert LIBRARY.keys() == PROMISED.keys()
    for name, promised in PROMISED.items():
        assert {one.name for one in LIBRARY[name].content.variables} >= promised


@pytest.mark.parametrize("prompt", LIBRARY.values(), ids=lambda prompt: prompt.name)
def test_each_is_documented_and_declares_all_that_it_uses(prompt: LibraryPrompt) -> None:
    assert [message.role for message in prompt.content.messages] == ["system", "user"]
    assert not prompt.content.undeclared
    assert prompt.description
    assert "library" in prompt.tags
    assert all(variable.description for variable in prompt.content.variables)
    assert prompt.content.model == ""


@pytest.mark.parametrize("prompt", LIBRARY.values(), ids=lambda prompt: prompt.name)
def test_each_prints_every_variable_that_it_declares(prompt: LibraryPrompt) -> None:
    free = [one for one in prompt.content.variables if not one.choices]
    marks = {one.name: f"<<{one.name}>>" for one in free}
    text = filled(prompt, **marks)
    assert all(mark in text for mark in marks.values())
    assert "{{" not in text


def test_an_optional_line_leaves_no_trace_when_it_is_not_wanted() -> None:
    text = filled(LIBRARY["text-summarization"], text="Tea is warm.")
    assert "Focus" not in text
    assert "<text>\nTea is warm.\n</text>" in text


def test_a_library_file_is_checked_like_anybodys_prompt() -> None:
    stored: dict[str, Any] = {
        "name": "Bad Name",
        "description": "",
        "tags": [],
        "note": "",
        "model": "",
        "parameters": {},
        "variables": [],
        "messages": [{"role": "user", "content": ["{{open"]}],
    }
    with pytest.raises(PromptInvalid) as raised:
        library_prompt(stored)
    fields = [one.field for one in raised.value.violations]
    assert fields == ["name", "content.messages[0].content"]
