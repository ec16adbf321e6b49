"""Prompts that stand in files of their own: promptfoo's configurations, Dotprompt's files."""

import pytest

from services.prompts.rules.content import Message, PromptType
from services.prompts.rules.imports.checking import CheckedPrompt, checked
from services.prompts.rules.imports.formats import Format, find_prompts
from services.prompts.rules.variables import VariableDraft, VariableType
from tests.unit.prompts.archives import zipped

_CONFIG = """\
description: Greetings
prompts:
- 'Say hi to {{name}}'
- file://texts/two.txt
- file://chat.json
- {label: Formal Hello, raw: 'Good day, {{name}}'}
- file://gone.txt
- file://code.py
- 'Hi {{ name | upper }}'
- [1]
providers: [openai:gpt-5]
"""
_PROMPTFOO = {
    "repo/promptfooconfig.yaml": _CONFIG.encode(),
    "repo/texts/two.txt": b"One {{name}}\n---\nTwo {{name}}\n",
    "repo/chat.json": b'[{"role": "system", "content": "Be {{mood}}."},\n {"role": "user"}]',
    "repo/code.py": b"print()",
}
_DOTPROMPT = b"""\
---
model: googleai/gemini-1.5-flash
config:
  temperature: 0.9
  topK: 20
input:
  schema:
    location: string, where it plays
    style?: string
    mood(enum): [calm, loud]
    guests(array, who comes): string
  default:
    location: a restaurant
output:
  format: json
---
{{role "system"}}
You work at {{location}}.
{{history}}
{{role "model"}}
Welcome.
{{role "user"}}
Greet in the style of {{style}}, {{mood}}.
"""


def _read(
    name: str, data: bytes, format_: Format | None = None
) -> tuple[Format, list[CheckedPrompt]]:
    known, pending = find_prompts(name, data, format_)
    return known, [checked(one, "") for one in pending]


def test_promptfoo_prompts_are_texts_files_and_chats() -> None:
    config = _PROMPTFOO["repo/chat.json"].replace(b'"user"}', b'"user", "content": "Hi"}')
    format_, prompts = _read("up.zip", zipped({**_PROMPTFOO, "repo/chat.json": config}))
    assert format_ is Format.PROMPTFOO
    good = {one.name: one.versions[0].draft for one in prompts if not one.faults}
    assert {name: draft.text for name, draft in good.items() if draft.text} == {
        "prompt-1": "Say hi to {{name}}",
        "two": "One {{name}}",
        "two-2": "Two {{name}}",
        "formal-hello": "Good day, {{name}}",
    }
    assert good["chat"].messages == (Message("system", "Be {{mood}}."), Message("user", "Hi"))


def test_a_fault_of_promptfoo_is_told_with_its_line() -> None:
    _, prompts = _read("up.zip", zipped(_PROMPTFOO))
    faults = [one.faults[0] for one in prompts if one.faults]
    assert [(one.file.rpartition("/")[2], one.line, one.field) for one in faults] == [
        ("chat.json", 2, "[1].content"),
        ("promptfooconfig.yaml", 7, "prompts[4]"),
        ("promptfooconfig.yaml", 8, "prompts[5]"),
        ("promptfooconfig.yaml", 9, "prompts[6]"),
        ("promptfooconfig.yaml", 10, "prompts[7]"),
    ]
    assert "repo/gone.txt" in faults[1].message
    assert "nunjucks" in faults[3].message


@pytest.mark.parametrize("path", ["../../etc/passwd.txt", "/etc/passwd.txt"])
def test_promptfoo_reads_no_file_but_those_that_were_sent(path: str) -> None:
    data = f"prompts: file://{path}\n".encode()
    _, (prompt,) = _read("promptfooconfig.yaml", data)
    assert "not in the file that was sent" in prompt.faults[0].message


def test_a_dotprompt_file_becomes_a_chat_with_declared_variables() -> None:
    format_, (prompt,) = _read("greet.prompt", _DOTPROMPT)
    assert (format_, prompt.name, prompt.faults) == (Format.DOTPROMPT, "greet", [])
    draft = prompt.versions[0].draft
    assert draft.type is PromptType.CHAT
    assert draft.model == "googleai/gemini-1.5-flash"
    assert draft.parameters_json == '{"temperature":0.9,"top_k":20}'
    assert draft.messages == (
        Message("system", "You work at {{location}}."),
        Message("placeholder", "history"),
        Message("assistant", "Welcome."),
        Message("user", "Greet in the style of {{style}}, {{mood}}."),
    )
    assert draft.variables == (
        VariableDraft("location", VariableType.STRING, "where it plays", '"a restaurant"'),
        VariableDraft("style", VariableType.STRING, "", '""'),
        VariableDraft("mood", VariableType.STRING, "", "", ('"calm"', '"loud"')),
        VariableDraft("guests", VariableType.LIST, "who comes"),
    )
    assert [(one.field, one.line) for one in prompt.warnings] == [("output", 14)]


def test_dotprompt_files_of_a_folder_keep_their_paths() -> None:
    files = {"p/a/Hello World.prompt": b"Hi {{name}}\n", "p/b.prompt": b"---\nname: bee\n---\nBuzz"}
    _, prompts = _read("up.zip", zipped(files))
    assert [(one.name, one.versions[0].draft.text) for one in prompts] == [
        ("a/hello-world", "Hi {{name}}"), ("bee", "Buzz")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hi\n{{#if name}}{{name}}{{/if}}", 2),
        ("---\nmodel: x\n---\nHi\n\n{{media url=photo}}", 6),
        ("{{>header}}", 1),
        ("Hi\n{{#each guests}}{{this}}{{/each}}", 2),
        ("---\nconfig: [1]\n---\nHi", 2),
        ("---\nmodel: [\n---\nHi", 2),
        ("---\nconfig:\n  temperature: 9\n---\nHi", 3),
    ],
)
def test_what_has_no_counterpart_in_dotprompt_is_told_with_its_line(text: str, line: int) -> None:
    _, (prompt,) = _read("x.prompt", text.encode())
    assert prompt.faults[0].line == line, prompt.faults
