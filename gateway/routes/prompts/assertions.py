"""Assertions on an output, and test suites in promptfoo's format."""

from fastapi import Response

from gateway.answers import resource
from gateway.clients import Rpc, ask
from gateway.door import router
from gateway.operations import PROMPTS, operation
from gateway.routes.prompts import assertion_models as models
from gateway.translate import fill
from promptpilot.prompts.v1 import prompts_pb2 as pb

assertions = router("prompts")


@assertions.post(
    "/assertions:check",
    **operation(PROMPTS, "CheckAssertions", body=True, response_model=models.AssertionReport),
)
async def check_assertions(body: models.CheckAssertions, rpc: Rpc) -> Response:
    """Decide assertions, in promptfoo's words, on one output.

    Nothing is stored, no model is asked, no code runs. What a model or a person must decide is
    `undecided`. Takes at most 5 seconds; one call of a tenant at a time.
    """
    request = fill(pb.CheckAssertionsRequest, body)
    return resource(await ask(rpc.prompts.CheckAssertions, request))


@assertions.post(
    "/test-suites:parse",
    **operation(PROMPTS, "ParseTestSuite", body=True, response_model=models.TestSuite),
)
async def parse_test_suite(body: models.ParseTestSuite, rpc: Rpc) -> Response:
    """Read a test suite in promptfoo's YAML: its cases, or its problems with line and field.

    Problems are the answer, not an error: a suite with one that is no warning has no cases. Files
    that it refers to are given beside it; nothing is fetched, run or stored.
    """
    return resource(await ask(rpc.prompts.ParseTestSuite, fill(pb.ParseTestSuiteRequest, body)))
