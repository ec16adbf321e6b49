"""ParseTestSuite: a suite's cases or its problems; nothing is fetched, run or stored."""

import json
from dataclasses import replace

import pytest

from promptpilot.options.v1 import options_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument, PermissionDenied
from tests.integration.prompts.conftest import Tenant

SUITE = """
description: Greetings
prompts: ["Greet {{name}} in {{language}}"]
providers: [{id: "openai:chat:gpt-5", config: {temperature: 0}}]
defaultTest:
  threshold: 0.5
  assert: [{type: not-is-refusal}]
tests:
  - file://names.csv
  - vars: {name: Bo, language: [fr, de]}
    providerOutput: Salut Bo
    options: {transform: "output.trim()"}
    assert: [{type: llm-rubric, value: is polite}]
"""


async def parse(tenant: Tenant, text: str, **files: str) -> pb.ParseTestSuiteResponse:
    given = [
        pb.TestSuiteFile(name=name.replace("_", "."), text=file) for name, file in files.items()
    ]
    request = pb.ParseTestSuiteRequest(text=text, files=given)
    answer: pb.ParseTestSuiteResponse = await tenant.call("ParseTestSuite", request)
    return answer


async def test_a_suite_comes_to_cases_that_can_be_checked(tenant: Tenant) -> None:
    table = "name,language,__expected\nAna,en,contains:Ana\n"
    suite = await parse(tenant, SUITE.replace("output.trim()", "output"), names_csv=table)
    assert not suite.problems
    assert (suite.description, suite.prompts[0].text) == (
        "Greetings",
        "Greet {{name}} in {{language}}",
    )
    assert json.loads(suite.providers_json[0])["id"] == "openai:chat:gpt-5"
    assert [
        (case.field, json.loads(case.variables_json), case.undecided_count) for case in suite.cases
    ] == [
        ("names.csv[0]", {"name": "Ana", "language": "en"}, 0),
        ("tests[1]", {"name": "Bo", "language": "fr"}, 1),
        ("tests[1]", {"name": "Bo", "language": "de"}, 1),
    ]
    first, last = suite.cases[0], suite.cases[2]
    assert (first.threshold, first.line, last.line) == (0.5, 2, 10)
    assert json.loads(last.provider_output_json) == "Salut Bo"
    assert json.loads(last.options_json) == {"transform": "output"}
    assert (list(last.prompts), last.provider_json) == ([], "")

    checked = await tenant.call(
        "CheckAssertions",
        pb.CheckAssertionsRequest(
            output_json='"Hello Ana"',
            assertions_json=first.assertions_json,
            variables_json=first.variables_json,
            threshold=first.threshold,
        ),
    )
    assert checked.state == pb.ASSERTION_STATE_PASSED


async def test_problems_are_the_answer_with_line_column_and_field(tenant: Tenant) -> None:
    suite = await parse(tenant, SUITE)
    assert [(one.field, one.line, one.column) for one in suite.problems] == [
        ("tests[0]", 9, 5),
        ("tests[1].options.transform", 12, 14),
    ]
    assert "names.csv" in suite.problems[0].message
    assert "CEL" in suite.problems[1].message
    assert not suite.cases


async def test_a_text_that_is_no_yaml_is_a_problem(tenant: Tenant) -> None:
    (problem,) = (await parse(tenant, "tests: [\n  - {")).problems
    assert (problem.field, problem.line > 1, problem.is_warning) == ("", True, False)


async def test_too_much_is_refused(tenant: Tenant) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await parse(tenant, "x" * 1_000_001)
    assert caught.value.reason == "SUITE_INVALID"
    assert [violation.field for violation in caught.value.violations] == ["text"]


async def test_the_largest_answer_arrives(tenant: Tenant) -> None:
    many = ", ".join(f"x{n}" for n in range(900))
    suite = await parse(tenant, f"tests:\n  - vars: {{a: [{many}], b: {'é' * 1_000}}}")
    assert len(suite.cases) == 900


async def test_a_reader_may_parse(tenant: Tenant) -> None:
    reader = replace(tenant.caller, permission_mask=1 << options_pb2.PERMISSION_PROMPTS_READ)
    request = pb.ParseTestSuiteRequest(text="tests: []")
    answer = await tenant.call("ParseTestSuite", request, reader)
    assert not answer.problems
    stranger = replace(tenant.caller, permission_mask=0)
    with pytest.raises(PermissionDenied):
        await tenant.call("ParseTestSuite", request, stranger)
