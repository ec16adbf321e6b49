"""Pipelines over HTTP: definitions go in and come out as they are."""

from typing import Any
from urllib.parse import quote

from gateway.routes.pipelines import models
from services.kit.ids import new_id
from tests.support.platform_in_process import Api, Member, Platform

DEFINITION = {
    "schema_version": 1,
    "input": {"type": "object", "properties": {"text": {"type": "string"}}},
    "steps": [{"id": "upper", "type": "transform", "expression": "input.text + '!'"}],
    "output": {"text": "${steps.upper.output}"},
}


async def new_pipeline(api: Api, **changes: Any) -> dict[str, Any]:
    body = {"name": f"tests/{new_id('pip')}", "definition": DEFINITION} | changes
    made = await api.post("/v1/pipelines", body)
    assert made.status == 201, made.body
    models.CreatedPipeline.model_validate(made.body)
    pipeline: dict[str, Any] = made.body["pipeline"]
    return pipeline


async def test_a_pipeline_is_created_versioned_published_and_read_by_name(ada: Member) -> None:
    pipeline = await new_pipeline(ada.api)
    at = f"/v1/pipelines/{quote(pipeline['name'], safe='')}"
    other = {**DEFINITION, "output": {"text": "${steps.upper.output + '?'}"}}
    version = await ada.api.post(f"{at}/versions", {"definition": other, "note": "asks"})
    models.PipelineVersion.model_validate(version.body)
    assert version.body["number"] == 2
    assert version.body["definition"] == other
    assert version.headers["Location"] == f"/v1/pipelines/{pipeline['id']}/versions/2"
    assert pipeline["published_version"] == 0
    published = await ada.api.post(f"{at}/versions/2:publish")
    assert published.body["published_version"] == 2
    labelled = await ada.api.call("PUT", f"{at}/labels/staging", {"version": 1})
    assert (labelled.body["label"], labelled.body["version"]) == ("staging", 1)
    assert (await ada.api.call("DELETE", f"{at}/labels/staging")).status == 204
    gone = await ada.api.call("DELETE", f"{at}/labels/staging")
    assert (gone.status, gone.body["reason"]) == (404, "LABEL_NOT_FOUND")
    listed = await ada.api.get(f"{at}/versions")
    assert [one["number"] for one in listed.body["items"]] == [2, 1]


async def test_faults_of_a_definition_are_named_where_they_stand(ada: Member) -> None:
    faulty = {**DEFINITION, "output": {"text": "${steps.lower.output}"}}
    checked = await ada.api.post("/v1/pipelines:validate", {"definition": faulty})
    models.PipelineValidation.model_validate(checked.body)
    assert [fault["code"] for fault in checked.body["faults"]] == ["unknown_reference"]
    fine = await ada.api.post("/v1/pipelines:validate", {"definition": DEFINITION})
    assert fine.body == {"faults": []}
    refused = await ada.api.post("/v1/pipelines", {"name": "x", "definition": faulty})
    assert (refused.status, refused.body["reason"]) == (422, "DEFINITION_INVALID")
    assert refused.body["errors"][0]["pointer"].endswith("output/text")


async def test_templates_and_the_schema_are_there_to_start_from(
    platform: Platform, ada: Member
) -> None:
    templates = await ada.api.get("/v1/pipeline-templates")
    models.PipelineTemplatePage.model_validate(templates.body)
    assert "summarise-translate" in {one["id"] for one in templates.body["items"]}
    schema = await platform.anonymous.get("/v1/schemas/pipeline-definition.json")
    assert schema.body["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    again = await platform.anonymous.get(
        "/v1/schemas/pipeline-definition.json", If_None_Match=schema.headers["ETag"]
    )
    assert again.status == 304


async def test_a_template_is_a_pipeline_at_once(ada: Member) -> None:
    pipeline = await new_pipeline(ada.api, definition=None, template_id="summarise-translate")
    version = await ada.api.get(f"/v1/pipelines/{pipeline['id']}/versions/1")
    assert [step["type"] for step in version.body["definition"]["steps"]][:1] == ["prompt"]


async def test_another_tenants_pipeline_is_not_found_on_every_route(
    ada: Member, eve: Member
) -> None:
    pipeline = await new_pipeline(ada.api)
    at = f"/v1/pipelines/{pipeline['id']}"
    unknown = f"/v1/pipelines/{new_id('pip')}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("PATCH", "", {"description": "mine"}),
        ("POST", ":archive", None),
        ("POST", ":unarchive", None),
        ("GET", "/versions", None),
        ("GET", "/versions/1", None),
        ("POST", "/versions", {"definition": DEFINITION}),
        ("POST", "/versions/1:publish", None),
        ("PUT", "/labels/staging", {"version": 1}),
        ("DELETE", "/labels/staging", None),
    ]
    for method, rest, body in calls:
        theirs = await eve.api.call(method, at + rest, body)
        nobodys = await eve.api.call(method, unknown + rest, body)
        assert theirs.status == nobodys.status == 404, (method, rest, theirs.body)
        assert theirs.body["reason"] == nobodys.body["reason"]
    assert (await ada.api.get(at)).body == pipeline
