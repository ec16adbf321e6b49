"""Suites: what they come to, and where what is wrong with them stands."""

import json
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.prompts.rules.assertions.types import KINDS, REFUSED
from services.prompts.rules.suites.suite import MOST_CASES, Suite, parse_suite

FILES = {
    "cases.csv": "name,__expected\nAna,contains:Ana\n",
    "more.yaml": "- vars: {name: Bo}\n",
    "rows.jsonl": '{"vars": {"name": "Cy"}}\n\n{"vars": {"name": "Di"}}\n',
    "prompt.txt": "One {{name}}\n---\nTwo {{name}}\n",
    "schema.json": '{"type": "object"}',
    "letter.txt": "Dear Sir",
}


def parse(text: str) -> Suite:
    """Parse an indented suite with the files beside it."""
    return parse_suite(dedent(text), FILES)


def places(suite: Suite) -> list[tuple[str, int]]:
    """Return field and line of what is wrong."""
    return [(one.field, one.line) for one in suite.problems if not one.is_warning]


def test_files_are_read_from_what_is_given_beside_the_suite() -> None:
    suite = parse(
        """
        prompts: [file://prompt.txt, "{{name}}"]
        tests:
          - file://cases.csv
          - more.yaml
          - file://./rows.jsonl
          - vars: {letter: file://letter.txt}
            assert: [{type: is-json, value: file://schema.json}]
        """
    )
    assert [prompt.text for prompt in suite.prompts] == ["One {{name}}", "Two {{name}}", "{{name}}"]
    assert [(case.path, dict(case.variables)) for case in suite.cases] == [
        ("cases.csv[0]", {"name": "Ana"}),
        ("more.yaml[0]", {"name": "Bo"}),
        ("rows.jsonl[0]", {"name": "Cy"}),
        ("rows.jsonl[1]", {"name": "Di"}),
        ("tests[3]", {"letter": "Dear Sir"}),
    ]
    assert suite.cases[4].assertions[0].document()["value"] == '{"type": "object"}'
    assert suite.cases[3].line == 3
    assert suite.problems == ()


@pytest.mark.parametrize(
    "field",
    [
        "prompts: [file://secret.txt]",
        "prompts: [prompts.txt]",
        "prompts: [prompt.py]",
        "prompts: ['exec:cat /etc/passwd']",
        "providers: ['exec:cat']",
        "providers: [file://provider.js]",
        "providers: ['python:provider.py']",
        "tests: file://tests.csv",
        "tests: https://example.org/tests.csv",
        "tests: file:///etc/passwd",
        "tests: [{path: 'file://make.py:tests'}]",
        "tests: [file://make.py:tests]",
        "tests: [{vars: {a: file://secret.txt}}]",
        "tests: [{vars: vars.yaml}]",
        "tests: [{assertScoringFunction: file://score.py}]",
        "tests: [{options: {transformVars: 'x'}}]",
        "tests: [{assert: [{type: equals, value: file://secret.txt}]}]",
        "tests: [{assert: [{type: equals, value: 'package:x'}]}]",
        "defaultTest: file://default.yaml",
        "extensions: [file://hook.js]",
        "nunjucksFilters: {f: f.js}",
    ],
)
def test_nothing_outside_is_opened_or_run(field: str) -> None:
    suite = parse_suite(field, {})
    assert places(suite)
    assert suite.cases == ()


@pytest.mark.parametrize("name", sorted(REFUSED))
@pytest.mark.parametrize("prefix", ["", "not-"])
def test_code_is_refused_by_its_name_with_what_to_use_instead(name: str, prefix: str) -> None:
    suite = parse(f"tests:\n  - assert:\n      - type: {prefix}{name}\n        value: x")
    (problem,) = suite.problems
    assert (problem.field, problem.line) == ("tests[0].assert[0].type", 3)
    assert problem.message == f"{name} is not run: {REFUSED[name].instead}"


def test_everything_that_is_wrong_is_told_with_its_line() -> None:
    suite = parse(
        """\
        description: 5
        provider: echo
        tests:
          - vars: {a: null}
            treshold: 1
            assert:
              - type: contain
                value: x
              - type: contains
                value: ""
              - type: regex
                value: "("
              - type: latency
              - {type: not-human}
              - type: equals
                value: "{{ a | upper }}"
              - type: equals
                value: x
                weight: -1
              - type: assert-set
                assert:
                  - type: assert-set
                    assert: []
              - $ref: "#/assertionTemplates/none"
              - text
          - options: {transform: "output.toUpperCase()"}
        """
    )
    assert places(suite) == [
        ("description", 1),
        ("tests[0].vars.a", 4),
        ("tests[0].assert[0].type", 7),
        ("tests[0].assert[1].value", 10),
        ("tests[0].assert[2].value", 12),
        ("tests[0].assert[3].threshold", 13),
        ("tests[0].assert[4].type", 14),
        ("tests[0].assert[5].value", 16),
        ("tests[0].assert[6].weight", 19),
        ("tests[0].assert[7].assert[0].type", 22),
        ("tests[0].assert[7].assert", 20),
        ("tests[0].assert[8].$ref", 24),
        ("tests[0].assert[9]", 25),
        ("tests[0].treshold", 5),
        ("tests[1].options.transform", 26),
        ("provider", 2),
    ]
    assert suite.cases == ()


def test_what_has_no_effect_is_a_warning_and_the_suite_is_read() -> None:
    suite = parse("outputPath: out.json\ntests: [{vars: {a: b}}]")
    (warning,) = suite.problems
    assert (warning.field, warning.is_warning) == ("outputPath", True)
    assert len(suite.cases) == 1


def test_a_problem_of_a_file_names_the_file() -> None:
    suite = parse_suite("tests: file://t.csv", {"t.csv": "a,__expected\n1,contains:\n2\n"})
    assert [(one.file, one.field, one.line) for one in suite.problems] == [
        ("t.csv", "t.csv[0].assert[0].value", 2),
        ("t.csv", "t.csv[1]", 3),
    ]


def test_cases_are_bounded() -> None:
    ten = "[" + ", ".join(f"x{n}" for n in range(10)) + "]"
    suite = parse(f"tests:\n  - vars: {{a: {ten}, b: {ten}, c: {ten}, d: {ten}}}")
    assert places(suite) == [("tests[0]", 2)]
    assert f"{MOST_CASES:,}" in suite.problems[0].message
    assert len(parse(f"tests:\n  - vars: {{a: {ten}, b: {ten}, c: {ten}}}").cases) == MOST_CASES


def test_the_size_of_all_cases_is_bounded() -> None:
    many = ", ".join(f"x{n}" for n in range(900))
    suite = parse(f"tests:\n  - vars: {{a: [{many}], b: {'y' * 5_000}}}")
    assert [one.message for one in suite.problems] == [
        "the cases have more than 2,000,000 bytes in all"
    ]


def test_problems_are_listed_up_to_a_hundred() -> None:
    suite = parse("tests: [" + "{x: 1}, " * 150 + "]")
    assert len(suite.problems) == 100
    assert suite.has_more_problems


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_type_is_read(name: str) -> None:
    values = {"regex": "x", "word-count": "5", "is-sql": "{}", "contains-sql": "{}"}
    value = values.get(name, "x")
    suite = parse(f"tests: [{{assert: [{{type: {name}, value: {value}, threshold: 1}}]}}]")
    assert suite.problems == ()
    assert suite.cases[0].assertions[0].document()["type"] == name


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    ["tests", "assert", "type", "value", "vars", "options", "prompts", "x"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=20,
    )
)
def test_any_document_is_a_suite_or_told_what_is_wrong(document: object) -> None:
    suite = parse_suite(json.dumps({"tests": document, "defaultTest": document}), {})
    assert suite.cases == () or not places(suite)
