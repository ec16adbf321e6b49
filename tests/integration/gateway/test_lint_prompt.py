"""Lint over HTTP: any draft is looked through, whatever is wrong with it."""

from gateway.routes.prompts import lint_models as models
from tests.support.platform_in_process import Member


async def test_findings_are_the_answer(ada: Member) -> None:
    content = {
        "type": "chat",
        "messages": [{"role": "system", "content": "Summarise {{text}}"}],
        "variables": [{"name": "text"}, {"name": "tone", "type": "integer", "default": "warm"}],
        "parameters": {"temperature": 0.5, "top_p": 0.5},
    }
    answer = await ada.api.post("/v1/prompts:lint", {"content": content})
    assert answer.status == 200
    models.PromptLint.model_validate(answer.body)
    found = {one["code"]: one for one in answer.body["findings"]}
    assert found.keys() == {
        "value-invalid",
        "slot-in-system",
        "variable-unused",
        "sampling-doubled",
    }
    assert found["value-invalid"]["severity"] == "error"
    assert found["value-invalid"]["field"] == "content.variables[1].default"
    assert found["value-invalid"]["place"] is None
    assert found["slot-in-system"]["severity"] == "warning"
    assert found["slot-in-system"]["place"] == {
        "message_index": 0,
        "start": 10,
        "end": 18,
        "line": 1,
        "column": 11,
        "end_line": 1,
        "end_column": 19,
    }
    assert found["slot-in-system"]["fix"] is None
    assert answer.body["is_cut"] is False


async def test_a_name_that_is_being_written_is_a_finding_and_no_refusal(ada: Member) -> None:
    content = {"type": "text", "text": "Hi", "variables": [{"name": ""}]}
    answer = await ada.api.post("/v1/prompts:lint", {"content": content})
    assert [one["field"] for one in answer.body["findings"]] == ["content.variables[0].name"]
    saved = await ada.api.post("/v1/prompts", {"name": "tests/unnamed", "content": content})
    assert saved.status == 422


async def test_a_body_without_a_draft_is_refused_by_its_field(ada: Member) -> None:
    answer = await ada.api.post("/v1/prompts:lint", {})
    assert (answer.status, answer.body["errors"][0]["field"]) == (422, "content")
