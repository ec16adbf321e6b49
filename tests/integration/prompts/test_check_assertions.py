"""CheckAssertions: what holds of one output; nothing is read, stored or asked."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest

from promptpilot.options.v1 import options_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument, PermissionDenied
from tests.integration.prompts.conftest import Tenant


def asked(output: Any, *assertions: dict[str, Any], **known: Any) -> pb.CheckAssertionsRequest:
    """Make a request."""
    return pb.CheckAssertionsRequest(
        output_json=json.dumps(output), assertions_json=map(json.dumps, assertions), **known
    )


async def check(tenant: Tenant, request: pb.CheckAssertionsRequest) -> pb.CheckAssertionsResponse:
    answer: pb.CheckAssertionsResponse = await tenant.call("CheckAssertions", request)
    return answer


async def test_each_assertion_is_answered_and_what_they_come_to(tenant: Tenant) -> None:
    answer = await check(
        tenant,
        asked(
            "Oslo is the capital.",
            {"type": "contains", "value": "{{city}}", "metric": "facts", "weight": 3},
            {
                "type": "assert-set",
                "threshold": 0.5,
                "assert": [
                    {"type": "not-is-refusal"},
                    {"type": "is-json", "metric": "form"},
                ],
            },
            {"type": "llm-rubric", "value": "is friendly"},
            variables_json='{"city": "Oslo"}',
        ),
    )
    assert answer.state == pb.ASSERTION_STATE_UNDECIDED
    assert answer.score == pytest.approx((3 + 0.5) / 4)
    assert [(one.field, one.type, one.state) for one in answer.results] == [
        ("assertions[0]", "contains", pb.ASSERTION_STATE_PASSED),
        ("assertions[1]", "assert-set", pb.ASSERTION_STATE_PASSED),
        ("assertions[1].assert[0]", "not-is-refusal", pb.ASSERTION_STATE_PASSED),
        ("assertions[1].assert[1]", "is-json", pb.ASSERTION_STATE_FAILED),
        ("assertions[2]", "llm-rubric", pb.ASSERTION_STATE_UNDECIDED),
    ]
    assert answer.results[0].reason == 'the output contains "Oslo"'
    assert {one.name: (one.score, one.weight) for one in answer.named_scores} == {
        "facts": (1, 3),
        "form": (0, 1),
    }


async def test_what_is_known_of_the_answer_is_looked_at(tenant: Tenant) -> None:
    known: list[dict[str, Any]] = [
        {"type": "latency", "threshold": 100},
        {"type": "cost", "threshold": 0.001},
        {"type": "finish-reason", "value": "stop"},
        {"type": "perplexity", "threshold": 2},
        {"type": "not-guardrails"},
        {"type": "is-valid-openai-tools-call"},
        {"type": "is-valid-openai-function-call"},
    ]
    call = {"name": "f", "arguments": "{}"}
    function = {"name": "f", "parameters": {"type": "object"}}
    answer = await check(
        tenant,
        asked(
            {"tool_calls": [{"function": call}], "function_call": call},
            *known,
            latency_ms=100,
            cost_nano_usd=1_000_000,
            finish_reason="stop",
            log_probabilities=[-0.1],
            guardrails=pb.AssertionGuardrails(is_flagged=True, reason="hate"),
            tools_json=json.dumps([{"type": "function", "function": function}]),
            functions_json=json.dumps([function]),
        ),
    )
    assert {one.type: one.state for one in answer.results} == {
        one["type"]: pb.ASSERTION_STATE_PASSED for one in known
    }


async def test_zero_is_known_and_nothing_is_not(tenant: Tenant) -> None:
    latency = {"type": "latency", "threshold": 1}
    assert (await check(tenant, asked("x", latency, latency_ms=0))).score == 1
    assert (await check(tenant, asked("x", latency))).state == pb.ASSERTION_STATE_ERROR


async def test_what_is_wrong_names_its_fields(tenant: Tenant) -> None:
    request = asked("x", {"type": "javascript", "value": "1"}, {"type": "regex", "value": "("})
    with pytest.raises(InvalidArgument) as caught:
        await check(tenant, request)
    assert caught.value.reason == "ASSERTIONS_INVALID"
    assert [violation.field for violation in caught.value.violations] == [
        "assertions[0].type",
        "assertions[1].value",
    ]
    assert "transform" in caught.value.violations[0].description


async def test_a_slow_pattern_of_one_tenant_is_stopped_and_holds_up_nobody(
    tenant: Tenant, other: Tenant
) -> None:
    slow = {"type": "regex", "value": "^(a|a?)+$"}
    slowly = [check(tenant, asked("a" * 5_000 + "!", slow)) for _ in range(4)]
    quickly = check(other, asked("hi", {"type": "equals", "value": "hi"}))
    *stopped, quick = await asyncio.gather(*slowly, quickly)
    assert quick.state == pb.ASSERTION_STATE_PASSED
    assert {answer.state for answer in stopped} <= {
        pb.ASSERTION_STATE_ERROR,
        pb.ASSERTION_STATE_FAILED,
    }


async def test_a_reader_may_check(tenant: Tenant) -> None:
    request = asked("x", {"type": "equals", "value": "x"})
    reader = replace(tenant.caller, permission_mask=1 << options_pb2.PERMISSION_PROMPTS_READ)
    assert (await tenant.call("CheckAssertions", request, reader)).score == 1
    stranger = replace(tenant.caller, permission_mask=0)
    with pytest.raises(PermissionDenied):
        await tenant.call("CheckAssertions", request, stranger)
