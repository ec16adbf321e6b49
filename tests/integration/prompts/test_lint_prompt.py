"""LintPrompt: findings of a draft as it stands; nothing is stored, and nothing is refused."""

from dataclasses import replace

import pytest

from promptpilot.options.v1 import options_pb2
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import PermissionDenied
from tests.integration.prompts.conftest import Tenant, chat_content, text_content


async def lint(tenant: Tenant, content: pb.PromptContent) -> pb.LintPromptResponse:
    answer: pb.LintPromptResponse = await tenant.call(
        "LintPrompt", pb.LintPromptRequest(content=content)
    )
    return answer


async def test_findings_have_a_code_a_weight_and_a_place(tenant: Tenant) -> None:
    answer = await lint(
        tenant,
        chat_content(
            ("system", "You help with {{product}}."),
            ("user", "😀\nAnswer {{{question}}}\n{{#open}}"),
            variables=[pb.Variable(name="question"), pb.Variable(name="product")],
            parameters_json='{"stop":[]}',
        ),
    )
    found = {finding.code: finding for finding in answer.findings}
    assert answer.findings[0].code == "template-invalid"
    broken, marks, stop = found["template-invalid"], found["escape-marks"], found["stop-empty"]
    assert (broken.code, broken.severity) == ("template-invalid", pb.LINT_SEVERITY_ERROR)
    assert broken.field == "content.messages[1].content"
    assert broken.place == pb.LintPlace(
        message_index=1,
        start=24,
        end=33,
        line=3,
        column=1,
        end_line=3,
        end_column=10,
    )
    assert (marks.code, marks.variable) == ("escape-marks", "question")
    assert marks.fix == pb.LintFix(title="Write {{question}}", replacement="{{question}}")
    assert (stop.code, stop.field) == ("stop-empty", "content.parameters.stop")
    assert not stop.HasField("place")
    assert not stop.HasField("fix")
    assert not answer.is_cut


async def test_a_good_draft_has_no_findings(tenant: Tenant) -> None:
    content = text_content("Tell me about {{topic}}.", variables=[pb.Variable(name="topic")])
    assert await lint(tenant, content) == pb.LintPromptResponse()


async def test_nothing_at_all_is_an_error_to_be_told_and_not_to_be_raised(tenant: Tenant) -> None:
    (finding,) = (await lint(tenant, pb.PromptContent())).findings
    assert (finding.code, finding.field) == ("content-invalid", "content.type")


async def test_what_lint_calls_an_error_is_what_saving_refuses(tenant: Tenant) -> None:
    content = text_content("{{a.b}} {{ok}}", parameters_json='{"temperature":3}')
    errors = [
        finding.field
        for finding in (await lint(tenant, content)).findings
        if finding.severity == pb.LINT_SEVERITY_ERROR
    ]
    assert sorted(errors) == ["content.parameters.temperature", "content.text"]


async def test_nothing_is_stored(tenant: Tenant) -> None:
    before = await tenant.query("SELECT count(*) AS n FROM {schema}.prompt_versions")
    await lint(tenant, text_content("Tell me about {{topic}}."))
    assert await tenant.query("SELECT count(*) AS n FROM {schema}.prompt_versions") == before


async def test_a_reader_may_lint(tenant: Tenant) -> None:
    request = pb.LintPromptRequest(content=text_content("Hello"))
    reader = replace(tenant.caller, permission_mask=1 << options_pb2.PERMISSION_PROMPTS_READ)
    assert await tenant.call("LintPrompt", request, reader) == pb.LintPromptResponse()
    stranger = replace(tenant.caller, permission_mask=0)
    with pytest.raises(PermissionDenied):
        await tenant.call("LintPrompt", request, stranger)
