"""The page about lint names each rule once, under its weight, and its example is the truth."""

import re
from dataclasses import asdict
from pathlib import Path

import orjson

from services.kit.tokenizer.o200k import count
from services.prompts.rules.content import ContentDraft, PromptType
from services.prompts.rules.lint.draft import lint
from services.prompts.rules.lint.findings import Code
from services.prompts.rules.variables import VariableDraft

PAGE = Path("docs/how-to/lint-a-prompt.md").read_text(encoding="utf-8")
PART = re.compile(r"^## (Errors|Warnings|Advice)\n(.*?)(?=^## )", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)
EXAMPLE = re.compile(r"^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
HEADINGS = {"Errors": "error", "Warnings": "warning", "Advice": "info"}


def test_each_rule_stands_once_under_its_weight() -> None:
    documented = [
        (code, HEADINGS[title]) for title, part in PART.findall(PAGE) for code in ROW.findall(part)
    ]
    assert sorted(documented) == sorted((code.value, code.severity.value) for code in Code)


def test_the_example_is_what_lint_answers() -> None:
    asked, answered = map(orjson.loads, EXAMPLE.findall(PAGE))
    content = asked["content"]
    draft = ContentDraft(
        PromptType(content["type"]),
        content["text"],
        variables=tuple(VariableDraft(one["name"]) for one in content["variables"]),
    )
    report = lint(draft, "content", count)
    assert answered == {
        "findings": [
            asdict(found) | {"severity": found.code.severity} for found in report.findings
        ],
        "is_cut": report.is_cut,
    }
