"""From reports of checks and parsed suites to the contract's messages."""

import json
from typing import Any

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.prompts.rules.assertions.check import Report, State
from services.prompts.rules.assertions.model import Assertion, AssertionSet
from services.prompts.rules.assertions.types import KINDS
from services.prompts.rules.suites.cases import TestCase
from services.prompts.rules.suites.suite import Suite

_STATES = {
    State.PASSED: pb.ASSERTION_STATE_PASSED,
    State.FAILED: pb.ASSERTION_STATE_FAILED,
    State.ERROR: pb.ASSERTION_STATE_ERROR,
    State.UNDECIDED: pb.ASSERTION_STATE_UNDECIDED,
}


def report(found: Report) -> pb.CheckAssertionsResponse:
    """Translate what a check found."""
    return pb.CheckAssertionsResponse(
        state=_STATES[found.state],
        score=found.score,
        reason=found.reason,
        results=[
            pb.AssertionResult(
                field=one.path,
                type=one.type,
                state=_STATES[one.state],
                score=one.score,
                reason=one.reason,
                metric=one.metric,
                weight=one.weight,
            )
            for one in found.results
        ],
        named_scores=[
            pb.NamedScore(name=one.name, score=one.score, weight=one.weight)
            for one in found.named_scores
        ],
    )


def suite(read: Suite) -> pb.ParseTestSuiteResponse:
    """Translate a suite with its problems."""
    return pb.ParseTestSuiteResponse(
        description=read.description,
        prompts=[pb.TestSuitePrompt(label=one.label, text=one.text) for one in read.prompts],
        providers_json=map(_json, read.providers),
        cases=map(_case, read.cases),
        problems=[
            pb.TestSuiteProblem(
                field=one.field,
                message=one.message,
                line=one.line,
                column=one.column,
                is_warning=one.is_warning,
                file=one.file,
            )
            for one in read.problems
        ],
        has_more_problems=read.has_more_problems,
    )


def _case(case: TestCase) -> pb.TestSuiteCase:
    return pb.TestSuiteCase(
        field=case.path,
        line=case.line,
        description=case.description,
        variables_json=_json(dict(case.variables)),
        assertions_json=[_json(one.document()) for one in case.assertions],
        threshold=case.threshold,
        options_json=_json(dict(case.options)),
        metadata_json=_json(dict(case.metadata)),
        prompts=case.prompts,
        providers=case.providers,
        provider_json=_json(case.provider),
        provider_output_json=_json(case.provider_output),
        undecided_count=sum(map(_undecided, case.assertions)),
    )


def _undecided(one: Assertion | AssertionSet) -> int:
    if isinstance(one, AssertionSet):
        return sum(map(_undecided, one.assertions))
    return KINDS[one.kind].check is None


def _json(document: Any) -> str:
    """Write a document; "" for None."""
    return "" if document is None else json.dumps(document, ensure_ascii=False)
