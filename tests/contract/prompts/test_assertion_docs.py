"""The page about assertions names each type once, under what decides it; its examples are true."""

import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.prompts.rules.assertions.case import Budget
from services.prompts.rules.assertions.check import check
from services.prompts.rules.assertions.types import KINDS, REFUSED, Need
from services.prompts.rules.suites.requests import CheckDraft, read_check
from services.prompts.rules.suites.suite import parse_suite
from tests.contract.prompts.promptfoo.corpus import corpus
from tests.contract.prompts.promptfoo.record import VERSIONS

PAGE = Path("docs/how-to/check-outputs.md").read_text(encoding="utf-8")
PART = re.compile(r"^## (Types that [a-z ]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
FIRST_CELL = re.compile(r"^\| (`[^|]*) \| ([^|]*) \|", re.MULTILINE)
NAME = re.compile(r"`([^`]+)`")
EXAMPLES = [
    orjson.loads(block)
    for block in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
]


def documented(title: str) -> dict[str, str]:
    """Return type -> second cell of the tables under a heading."""
    part = dict(PART.findall(PAGE))[title]
    rows = FIRST_CELL.findall(part)
    named = [(name, second) for names, second in rows for name in NAME.findall(names)]
    assert len(named) == len(dict(named))
    return dict(named)


def test_every_type_stands_once_under_what_decides_it() -> None:
    needs = {
        "a model": Need.MODEL,
        "the trace of an agent": Need.TRACE,
        "several outputs": Need.OUTPUTS,
        "a person": Need.PERSON,
    }
    later = documented("Types that need an evaluation run")
    found = {name: needs[by] for name, by in later.items()}
    found |= dict.fromkeys(documented("Types that are decided at once"), Need.OUTPUT)
    assert found == {kind.name: kind.need for kind in KINDS.values()}
    assert documented("Types that are refused").keys() == REFUSED.keys()


def test_the_example_of_a_check_is_what_is_answered() -> None:
    asked, answered = EXAMPLES[:2]
    draft = CheckDraft(
        orjson.dumps(asked["output"]).decode(),
        [orjson.dumps(one).decode() for one in asked["assertions"]],
        orjson.dumps(asked["variables"]).decode(),
        asked["threshold"],
    )
    given = read_check(draft)
    budget = Budget(60, time.monotonic)
    report: dict[str, Any] = asdict(check(given.assertions, given.outcome, given.threshold, budget))
    results = [{"field": one.pop("path"), **one} for one in report["results"]]
    assert orjson.loads(orjson.dumps(report | {"results": results})) == answered


def test_the_example_of_a_suite_has_the_problem_that_is_told() -> None:
    asked, problem = EXAMPLES[2:]
    files = {file["name"]: file["text"] for file in asked["files"]}
    suite = parse_suite(asked["text"], files)
    assert [asdict(one) for one in suite.problems] == [problem]
    mended = parse_suite(asked["text"].replace("contain,", "contains,"), files)
    assert [case.variables["name"] for case in mended.cases] == ["Ana", "Bo", "Cy"]


@pytest.mark.parametrize("what", ["version", "assertions"])
def test_the_comparison_is_as_large_as_it_says(what: str) -> None:
    (version, count), *_ = re.findall(r"promptfoo ([\d.]+) answered to (\d+) assertions", PAGE)
    if what == "version":
        assert version == VERSIONS["promptfoo"]
        return
    asserted = [one for case in corpus() for one in case["assert"]]
    assert int(count) == sum(1 + len(one.get("assert", [])) for one in asserted)
