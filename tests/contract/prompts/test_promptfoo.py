"""Our rules answer what promptfoo answers: the corpus, and the cases of suites.

promptfoo's side was recorded by `promptfoo/record.py`; it says how to ask again.
"""

import json
import time
from typing import Any

import pytest

from services.prompts.rules.assertions.case import Budget, Guardrails, Outcome
from services.prompts.rules.assertions.check import Report, State, check
from services.prompts.rules.assertions.types import KINDS
from services.prompts.rules.suites.assertion_fields import Known, read_assertions
from services.prompts.rules.suites.fields import Fields, Problems
from services.prompts.rules.suites.suite import Suite, parse_suite
from services.prompts.rules.suites.tables import node_of
from tests.contract.prompts.promptfoo.corpus import SUITES, answers, corpus, suite_files
from tests.contract.prompts.promptfoo.record import VERSIONS

CASES = {case["id"]: case for case in corpus()}
ANSWERS = answers()
ALIKE = [name for name, case in CASES.items() if "differs" not in case]
UNLIKE = [name for name, case in CASES.items() if "differs" in case]


def ours(case: dict[str, Any]) -> Report:
    """Check a case of the corpus by our rules."""
    problems = Problems()
    fields = Fields(node_of({"assert": case["assert"]}, 1), "", problems)
    assertions = read_assertions(fields, problems, Known())
    assert not problems.found
    outcome = Outcome(
        output=case["output"],
        variables=case.get("vars", {}),
        latency_ms=case.get("latency_ms"),
        cost_usd=case.get("cost_usd"),
        finish_reason=case.get("finish_reason", ""),
        log_probabilities=case.get("log_probabilities", ()),
        guardrails=Guardrails(**case.get("guardrails", {})),
        tools=case.get("tools"),
        functions=case.get("functions"),
    )
    return check(assertions, outcome, case.get("threshold"), Budget(60, time.monotonic))


def is_alike(name: str) -> bool:
    """Tell whether our answer is promptfoo's; of an error, promptfoo answers nothing else."""
    report, answer = ours(CASES[name]), ANSWERS["corpus"][name]
    if "error" in answer:
        return report.state is State.ERROR
    return as_recorded(report) == without_reasons(answer)


def as_recorded(report: Report) -> dict[str, Any]:
    """Write a report in the form of the answers."""
    return {
        "pass": report.state is State.PASSED,
        "score": pytest.approx(report.score, abs=1e-9),
        "named_scores": {
            one.name: pytest.approx(one.score, abs=1e-9) for one in report.named_scores
        },
        "results": [
            {
                "type": one.type,
                "pass": one.state is State.PASSED,
                "score": pytest.approx(one.score, abs=1e-9),
            }
            for one in report.results
        ],
    }


def without_reasons(answer: dict[str, Any]) -> dict[str, Any]:
    """Return promptfoo's answer without the words of its reasons: ours are others."""
    results = [
        {key: value for key, value in one.items() if key != "reason"} for one in answer["results"]
    ]
    return {**answer, "results": results}


@pytest.mark.parametrize("name", ALIKE)
def test_we_answer_as_promptfoo_does(name: str) -> None:
    assert is_alike(name), as_recorded(ours(CASES[name]))


@pytest.mark.parametrize("name", UNLIKE)
def test_a_difference_that_we_declare_is_one(name: str) -> None:
    assert not is_alike(name)


def test_every_type_that_we_check_is_in_the_corpus_also_turned_by_not() -> None:
    asked = {
        one["type"]
        for case in CASES.values()
        for outer in case["assert"]
        for one in outer.get("assert", [outer])
    }
    checked = {kind.name for kind in KINDS.values() if kind.check}
    assert checked <= asked
    # promptfoo reads no not- of these; is-valid-openai-tools-call stands for them.
    alone = {"is-valid-function-call", "is-valid-openai-function-call"}
    assert {f"not-{name}" for name in checked - alone} <= asked


def test_the_answers_are_those_of_the_pinned_promptfoo() -> None:
    assert ANSWERS["versions"] == VERSIONS
    assert ANSWERS["corpus"].keys() == CASES.keys()


def suite_named(name: str) -> Suite:
    """Parse one of the suites with the files beside it."""
    files = suite_files(name)
    return parse_suite(files.pop("suite.yaml"), files)


@pytest.mark.parametrize("name", sorted(path.name for path in SUITES.iterdir()))
def test_a_suite_comes_to_the_cases_of_promptfoo(name: str) -> None:
    suite = suite_named(name)
    assert not [problem for problem in suite.problems if not problem.is_warning]
    found = [
        {
            "description": case.description,
            "vars": case.variables,
            "assert": [one.document() for one in case.assertions],
            "threshold": case.threshold,
            "metadata": case.metadata,
        }
        for case in suite.cases
    ]
    expected = [
        {
            **case,
            "assert": [_plain(one) for one in case["assert"]],
            "metadata": _without(case["metadata"], "conversationId", "threshold"),
        }
        for case in ANSWERS["suites"][name]
    ]
    assert sorted(found, key=_place) == sorted(expected, key=_place)


def _place(case: dict[str, Any]) -> str:
    return json.dumps([case["description"], case["vars"]], sort_keys=True)


def _plain(assertion: dict[str, Any]) -> dict[str, Any]:
    """Write as we do: no empty metric, JSON in texts as it was given."""
    kept = {key: value for key, value in assertion.items() if key != "metric" or value}
    if kept["type"] == "is-json" and isinstance(kept.get("value"), str):
        kept["value"] = kept["value"].replace(":", ": ")
    return kept


def _without(metadata: dict[str, Any], *names: str) -> dict[str, Any]:
    """Leave out what promptfoo adds for itself."""
    return {key: value for key, value in metadata.items() if key not in names}
