"""Prompts as other tools write them: what becomes of each field, and where a fault is told."""

from typing import Any

import orjson
import pytest

from services.prompts.rules.content import Message, PromptType
from services.prompts.rules.imports.checking import CheckedPrompt, checked
from services.prompts.rules.imports.entries import Broken
from services.prompts.rules.imports.formats import Format, find_prompts
from services.prompts.rules.imports.names import label_name, prompt_name
from tests.unit.prompts.archives import zipped


def _read(document: Any, format_: Format | None = None) -> tuple[Format, list[CheckedPrompt]]:
    data = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    known, pending = find_prompts("up.json", data, format_)
    return known, [checked(one, "") for one in pending]


def _langfuse(**changes: Any) -> dict[str, Any]:
    return {"name": "critic", "type": "text", "prompt": "Rate {{movie}}", "config": {}, **changes}


def _openai(**changes: Any) -> dict[str, Any]:
    return {"id": "pmpt_1", "version": "1", "instructions": "Be kind.", "input": "Hi", **changes}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("plain", "plain"),
        ("My Prompts/Déjà vu!", "my-prompts/deja-vu"),
        ("/a//b/", "a/b"),
        ("__x__", "x__"),
        ("日本", ""),
        ("x" * 200, "x" * 128),
    ],
)
def test_any_name_becomes_one_of_ours(given: str, name: str) -> None:
    assert prompt_name(given) == name


def test_any_label_becomes_one_of_ours() -> None:
    assert label_name("Tenant-1 (EU)") == "tenant-1-eu"


def test_langfuse_versions_come_in_the_order_of_their_numbers() -> None:
    chat = [{"type": "chatmessage", "role": "developer", "content": "Be brief."}]
    document = {
        "data": [
            _langfuse(version=2, prompt=chat, type="chat", labels=["latest", "EU"], tags=["x"]),
            _langfuse(
                version=1, prompt=chat[:1], type="chat", labels=["production"], tags=["x", "y"],
                config={"model": "gpt-4o", "temperature": 0.5}, commitMessage="first",
            ),
        ],
        "meta": {},
    }  # fmt: skip
    format_, (prompt,) = _read(document)
    assert format_ is Format.LANGFUSE
    assert not prompt.faults
    assert (prompt.labels, prompt.tags) == ({"production": 0, "eu": 1}, ["x", "y"])
    first = prompt.versions[0]
    assert (first.note, first.draft.model) == ("first", "gpt-4o")
    assert first.draft.parameters_json == '{"temperature":0.5}'
    assert first.draft.messages == (Message("system", "Be brief."),)
    (warning,) = prompt.warnings
    assert (warning.field, warning.line) == ("data[0].labels", 15)
    assert "named eu" in warning.message


def test_one_langfuse_prompt_may_come_alone_and_in_a_zip() -> None:
    data = zipped({"export/one.json": orjson.dumps(_langfuse(labels=["production"]))})
    format_, (pending,) = find_prompts("up.zip", data, None)
    prompt = checked(pending, "old/")
    assert (format_, prompt.name, prompt.labels) == (
        Format.LANGFUSE, "old/critic", {"production": 0}
    )  # fmt: skip


def test_a_placeholder_of_langfuse_is_one_here() -> None:
    chat = [{"type": "placeholder", "name": "history"}, {"role": "user", "content": "{{ask}}"}]
    _, (prompt,) = _read([_langfuse(type="chat", prompt=chat)])
    assert not prompt.faults
    assert prompt.versions[0].draft.messages[0] == Message("placeholder", "history")


def test_an_include_of_langfuse_is_refused() -> None:
    _, (prompt,) = _read([_langfuse(prompt="@@@langfusePrompt:name=a|label=b@@@")])
    assert "includes another prompt" in prompt.faults[0].message


@pytest.mark.parametrize(
    ("changes", "field", "line"),
    [
        ({"prompt": 9}, "[1].prompt", 11),
        ({"prompt": "{{#open}}"}, "[1].prompt", 11),
        ({"type": "song"}, "[1].type", 10),
        ({"labels": "production"}, "[1].labels", 13),
        ({"labels": ["ok", 3]}, "[1].labels[1]", 15),
        ({"config": {"temperature": 9}}, "[1].config.temperature", 13),
        ({"type": "chat", "prompt": [{"role": "user"}]}, "[1].prompt[0].content", 12),
        ({"type": "chat", "prompt": [{"role": "tool", "content": "x"}]}, "[1].prompt[0].role", 13),
        ({"type": "chat", "prompt": [{"type": "placeholder"}]}, "[1].prompt[0].name", 12),
    ],
)  # fmt: skip
def test_a_fault_of_langfuse_is_told_with_its_line(
    changes: dict[str, Any], field: str, line: int
) -> None:
    _, (good, bad) = _read([_langfuse(), _langfuse(**{"name": "bad", **changes})])
    assert not good.faults
    (fault,) = bad.faults
    assert (fault.file, fault.field, fault.line) == ("up.json", field, line)


def test_openai_versions_become_chat_prompts() -> None:
    parts = [{"type": "input_text", "text": "Hello"}, {"type": "input_text", "text": "{{who}}"}]
    format_, (prompt,) = _read(
        [
            _openai(version="10", input=[{"role": "user", "content": parts}], name="Support Bot"),
            _openai(version="9", model="gpt-5.1", temperature=0.2, is_default=True),
        ]
    )
    assert format_ is Format.OPENAI
    assert not prompt.faults
    assert (prompt.name, prompt.labels) == ("support-bot", {"production": 0})
    assert prompt.description == "OpenAI prompt pmpt_1"
    nine, ten = (version.draft for version in prompt.versions)
    assert (nine.type, nine.model) == (PromptType.CHAT, "gpt-5.1")
    assert nine.parameters_json == '{"temperature":0.2}'
    assert nine.messages == (Message("system", "Be kind."), Message("user", "Hi"))
    assert ten.messages[1].content == "Hello\n{{who}}"


_IMAGE = [{"type": "input_image"}]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"input": [{"role": "user", "content": _IMAGE}]}, "input[0].content[0].type"),
        ({"version": "new"}, "version"),
        ({"model": 5}, "model"),
        ({"instructions": None, "input": None}, "messages"),
    ],
)  # fmt: skip
def test_a_fault_of_openai_is_told_by_field(changes: dict[str, Any], field: str) -> None:
    _, (prompt,) = _read(_openai(**changes))
    assert prompt.faults[0].field == field


@pytest.mark.parametrize(
    ("document", "format_"),
    [
        ({"a": 1}, None),
        ([{"name": "x"}], None),
        (3, None),
        ([], Format.LANGFUSE),
        ([{"prompt": "x"}], Format.LANGFUSE),
        ([_langfuse()], Format.OPENAI),
        ([_langfuse()], Format.PROMPTPILOT),
    ],
)
def test_what_is_no_export_of_the_tool_is_refused(document: Any, format_: Format | None) -> None:
    with pytest.raises(Broken):
        _read(document, format_)
