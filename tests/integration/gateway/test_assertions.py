"""Assertions and test suites over HTTP."""

from gateway.routes.prompts import assertion_models as models
from tests.support.platform_in_process import Member

SUITE = "tests:\n  - vars: {name: [Ana, Bo]}\n    assert: [{type: contains, value: '{{name}}'}]\n"


async def test_an_output_is_checked(ada: Member) -> None:
    body = {
        "output": "Hello Ana",
        "assertions": [
            {"type": "contains", "value": "{{name}}", "metric": "names"},
            {"type": "cost", "threshold": 0.01},
        ],
        "variables": {"name": "Ana"},
        "threshold": 0.4,
        "cost_nano_usd": 0,
    }
    answer = await ada.api.post("/v1/assertions:check", body)
    assert answer.status == 200
    models.AssertionReport.model_validate(answer.body)
    assert (answer.body["state"], answer.body["score"]) == ("passed", 1)
    assert answer.body["results"][0] == {
        "field": "assertions[0]",
        "type": "contains",
        "state": "passed",
        "score": 1,
        "reason": 'the output contains "Ana"',
        "metric": "names",
        "weight": 1,
    }
    assert answer.body["named_scores"] == [{"name": "names", "score": 1, "weight": 1}]


async def test_tool_calls_are_an_output_too(ada: Member) -> None:
    call = {"function": {"name": "find", "arguments": "{}"}}
    function = {"name": "find", "parameters": {"type": "object"}}
    body = {
        "output": [call],
        "assertions": [{"type": "is-valid-openai-tools-call"}],
        "tools": [{"type": "function", "function": function}],
    }
    assert (await ada.api.post("/v1/assertions:check", body)).body["state"] == "passed"


async def test_what_is_wrong_is_refused_by_its_field(ada: Member) -> None:
    body = {"output": "x", "assertions": [{"type": "python", "value": "True"}]}
    answer = await ada.api.post("/v1/assertions:check", body)
    assert (answer.status, answer.body["reason"]) == (422, "ASSERTIONS_INVALID")
    assert answer.body["errors"][0]["field"] == "assertions[0].type"
    nothing = await ada.api.post("/v1/assertions:check", {"assertions": []})
    assert nothing.status == 422
    assert {error["field"] for error in nothing.body["errors"]} == {"output", "assertions"}


async def test_a_suite_is_read_and_its_cases_go_into_a_check(ada: Member) -> None:
    answer = await ada.api.post("/v1/test-suites:parse", {"text": SUITE})
    assert answer.status == 200
    models.TestSuite.model_validate(answer.body)
    assert [case["variables"] for case in answer.body["cases"]] == [{"name": "Ana"}, {"name": "Bo"}]
    case = answer.body["cases"][1]
    assert (case["threshold"], case["prompts"], case["provider_output"]) == (None, [], None)
    check = {"output": "Hi Ana"} | {key: case[key] for key in ("assertions", "variables")}
    assert (await ada.api.post("/v1/assertions:check", check)).body["state"] == "failed"


async def test_problems_of_a_suite_are_the_answer(ada: Member) -> None:
    text = "tests: file://cases.csv"
    answer = await ada.api.post("/v1/test-suites:parse", {"text": text})
    (problem,) = answer.body["problems"]
    assert (problem["field"], problem["line"], problem["is_warning"]) == ("tests", 1, False)
    files = [{"name": "cases.csv", "text": "a\n1\n"}]
    read = await ada.api.post("/v1/test-suites:parse", {"text": text, "files": files})
    assert (len(read.body["cases"]), read.body["problems"]) == (1, [])
