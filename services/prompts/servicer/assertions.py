"""The RPCs of assertions and test suites."""

from promptpilot.prompts.v1 import prompts_pb2 as pb
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceServicer
from services.kit.caller import current_tenant
from services.prompts.queries import assertions as queries
from services.prompts.rules.assertions.case import Guardrails
from services.prompts.rules.suites.requests import CheckDraft
from services.prompts.servicer import assertion_messages as messages
from services.prompts.servicer.lanes import Lanes


class AssertionRpcs(PromptsServiceServicer):
    """Serves checks; they wait for each other by tenant."""

    _checks: Lanes

    async def CheckAssertions(
        self, request: pb.CheckAssertionsRequest, _: object
    ) -> pb.CheckAssertionsResponse:
        """Decide assertions on one output."""
        said = request.guardrails
        draft = CheckDraft(
            output_json=request.output_json,
            assertions_json=tuple(request.assertions_json),
            variables_json=request.variables_json,
            threshold=request.threshold if request.HasField("threshold") else None,
            latency_ms=request.latency_ms if request.HasField("latency_ms") else None,
            cost_nano_usd=request.cost_nano_usd if request.HasField("cost_nano_usd") else None,
            finish_reason=request.finish_reason,
            log_probabilities=tuple(request.log_probabilities),
            guardrails=Guardrails(
                said.is_flagged, said.is_input_flagged, said.is_output_flagged, said.reason
            ),
            tools_json=request.tools_json,
            functions_json=request.functions_json,
        )
        async with self._checks.turn(current_tenant()):
            report = await queries.check_assertions(draft)
        return messages.report(report)

    async def ParseTestSuite(
        self, request: pb.ParseTestSuiteRequest, _: object
    ) -> pb.ParseTestSuiteResponse:
        """Read a suite in promptfoo's YAML."""
        files = [(file.name, file.text) for file in request.files]
        async with self._checks.turn(current_tenant()):
            suite = await queries.parse_test_suite(request.text, files)
        return messages.suite(suite)
