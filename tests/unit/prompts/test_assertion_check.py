"""Checks of one output: states, transforms, bounds; the rest is compared with promptfoo."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from services.prompts.errors import AssertionsInvalid, SuiteInvalid
from services.prompts.rules.assertions.case import Budget
from services.prompts.rules.assertions.check import Report, State, check
from services.prompts.rules.suites.requests import CheckDraft, check_files, read_check


def decide(output: Any, *assertions: dict[str, Any], **known: Any) -> Report:
    """Check assertions on an output; time stands still."""
    draft = CheckDraft(json.dumps(output), tuple(map(json.dumps, assertions)), **known)
    asked = read_check(draft)
    budget = Budget(5, lambda: 0.0)
    return check(asked.assertions, asked.outcome, asked.threshold, budget)


def refused(output_json: str, assertions_json: Sequence[str], **known: Any) -> list[str]:
    """Return the fields for which a request is refused."""
    with pytest.raises(AssertionsInvalid) as caught:
        read_check(CheckDraft(output_json, assertions_json, **known))
    return [violation.field for violation in caught.value.violations]


def test_what_a_model_or_a_person_decides_is_undecided_and_counts_for_nothing() -> None:
    rubric, human = {"type": "llm-rubric", "value": "kind"}, {"type": "human"}
    found = decide("hi", {"type": "equals", "value": "hi"}, rubric, human)
    assert [one.state for one in found.results] == [
        State.PASSED,
        State.UNDECIDED,
        State.UNDECIDED,
    ]
    assert (found.state, found.score) == (State.UNDECIDED, 1)


def test_one_failure_decides_whatever_a_model_would_say() -> None:
    rubric = {"type": "not-llm-rubric", "value": "kind"}
    wrong = {"type": "equals", "value": "no"}
    assert decide("hi", wrong, rubric).state is State.FAILED
    assert decide("hi", wrong, rubric, threshold=0.5).state is State.UNDECIDED


def test_what_is_missing_is_an_error_that_not_does_not_turn_into_a_pass() -> None:
    for kind in ("cost", "not-cost", "latency", "not-latency"):
        found = decide("hi", {"type": kind, "threshold": 1})
        assert (found.state, found.score) == (State.ERROR, 0)
    assert decide("hi", {"type": "perplexity"}).state is State.ERROR


def test_a_threshold_of_cost_is_in_dollars() -> None:
    one = {"type": "cost", "threshold": 0.002}
    assert decide("hi", one, cost_nano_usd=2_000_000).state is State.PASSED
    assert decide("hi", one, cost_nano_usd=2_000_001).state is State.FAILED


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("json.items[1]", "b"),
        ("output.startsWith('{') ? 'object' : 'text'", "object"),
        ("vars.prefix + json.items[0]", ">a"),
        ("json.size", 2),
        ("'output'", "output"),
    ],
)
def test_a_transform_makes_what_is_looked_at(source: str, value: Any) -> None:
    output = '{"items": ["a", "b"], "size": 2}'
    assertion = {"type": "equals", "value": value, "transform": source}
    found = decide(output, assertion, variables_json='{"prefix": ">"}')
    assert found.state is State.PASSED, found.results[0].reason


def test_a_transform_that_fails_on_an_output_is_an_error() -> None:
    found = decide("text", {"type": "equals", "value": "x", "transform": "json.items[0]"})
    assert found.state is State.ERROR
    assert "transform failed" in found.reason


def test_a_transform_in_javascript_is_refused() -> None:
    assertion = '{"type": "equals", "value": "x", "transform": "JSON.parse(output).x"}'
    assert refused('"x"', [assertion]) == ["assertions[0].transform"]


@pytest.mark.parametrize(
    ("draft", "fields"),
    [
        ({"output_json": ""}, ["output"]),
        ({"output_json": "{"}, ["output"]),
        ({"output_json": '"\\ud800"'}, ["output"]),
        ({"output_json": json.dumps("x" * 200_001)}, ["output"]),
        ({"output_json": '"' + "\\u0041" * 200_001 + '"'}, ["output"]),
        ({"assertions_json": []}, ["assertions"]),
        ({"assertions_json": [""]}, ["assertions"]),
        ({"assertions_json": ["{}", "5"]}, ["assertions[0].type", "assertions[1]"]),
        ({"assertions_json": ['{"type": "python", "value": "1"}']}, ["assertions[0].type"]),
        ({"assertions_json": ['{"type": "is-json"}'] * 101}, ["assertions"]),
        ({"assertions_json": ["[" * 5_000 + "]" * 5_000]}, ["assertions"]),
        ({"assertions_json": [f'{{"type": "{"x" * 200_000}"}}']}, ["assertions"]),
        ({"variables_json": "[]"}, ["variables"]),
        ({"variables_json": '{"a": "' + "x" * 200_000 + '"}'}, ["variables"]),
        ({"tools_json": "{}", "functions_json": "5"}, ["tools", "functions"]),
        ({"log_probabilities": [0.0] * 100_001}, ["log_probabilities"]),
    ],
)  # fmt: skip
def test_what_cannot_be_checked_names_its_fields(draft: dict[str, Any], fields: list[str]) -> None:
    given = {"output_json": '"x"', "assertions_json": ['{"type": "is-json"}']} | draft
    assert refused(**given) == fields


def test_members_of_sets_count_too() -> None:
    members = [{"type": "is-json"}] * 60
    group = json.dumps({"type": "assert-set", "assert": members})
    assert refused('"x"', [group, group]) == ["assertions"]


def test_long_texts_are_compared_up_to_a_bound() -> None:
    found = decide("x" * 20_001, {"type": "levenshtein", "value": "x"})
    assert found.state is State.ERROR


def test_a_value_that_grows_beyond_bounds_is_an_error() -> None:
    assertion = {"type": "contains", "value": "{{a}}" * 50}
    found = decide("x", assertion, variables_json=json.dumps({"a": "y" * 50_000}))
    assert found.state is State.ERROR


@pytest.mark.parametrize(
    "output",
    [
        "{" * 10_000,
        "{{" * 5_000 + "}}" * 5_000,
        "[" * 10_000,
        "<a " * 6_000,
        "<a>" * 6_000,
        "<a '" * 5_000,
        "<!--" * 5_000,
        "```" * 6_000,
        "(" * 5_000,
        "SELECT " + "(" * 5_000,
        "a" * 20_000,
        "a " * 10_000,
        '"' * 20_000,
        "\ud7ff😀" * 5_000,
    ],
    ids=lambda output: output[:8],
)
def test_outputs_made_to_hang_come_back(output: str) -> None:
    kinds = ["is-json", "contains-json", "is-xml", "contains-xml", "is-html", "contains-html"]
    kinds += ["is-sql", "contains-sql", "is-refusal"]
    plain = [{"type": kind} for kind in kinds]
    alike = [{"type": kind, "value": output[:1000]} for kind in ("bleu", "gleu", "rouge-n")]
    lists = [{"type": "contains-any", "value": "x"}, {"type": "tool-call-f1", "value": "x"}]
    assert len(decide(output, *plain, *alike, *lists).results) == 14


@pytest.mark.parametrize(
    ("text", "files", "fields"),
    [
        ("x" * 1_000_001, [], ["text"]),
        ("x", [("a.csv", "y" * 1_000_000)], ["files"]),
        ("x", [("", "")], ["files[0].name"]),
        ("x", [("a", ""), ("a", "")], ["files[1].name"]),
        ("x", [(f"f{n}", "") for n in range(21)], ["files"]),
        ("x\0", [], ["text"]),
    ],
)
def test_suites_out_of_bounds_name_their_fields(
    text: str, files: list[tuple[str, str]], fields: list[str]
) -> None:
    with pytest.raises(SuiteInvalid) as caught:
        check_files(text, files)
    assert [violation.field for violation in caught.value.violations] == fields
