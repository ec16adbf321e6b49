"""Prompts in and out over HTTP: a ZIP as the body, events as the answer."""

from io import BytesIO
from typing import Any

import orjson
from yarl import URL

from gateway.limits import MOST_UPLOAD_BYTES, UPLOAD_TYPE
from gateway.routes.prompts import transfer_models as models
from tests.integration.gateway.test_prompts import new_prompt
from tests.support.platform_in_process import Api, Member, Platform
from tests.unit.prompts.archives import PROMPT, zipped


async def upload(
    api: Api, data: bytes, query: str = "", kind: str = UPLOAD_TYPE
) -> tuple[int, Any]:
    """Send a file; return the status, and its events or its problem."""
    url = URL(f"{api.url}/v1/prompts:import{query}", encoded=True)
    headers = {**api.headers, "Content-Type": kind}
    async with api.session.post(url, data=BytesIO(data), headers=headers) as response:
        body = await response.read()
    if response.status != 200:
        return response.status, orjson.loads(body)
    assert response.content_type == "text/event-stream"
    frames = [one.split(b"\n") for one in body.split(b"\n\n") if one.startswith(b"event:")]
    return 200, [
        (kind[7:].decode(), orjson.loads(data.removeprefix(b"data: "))) for kind, data in frames
    ]


async def download(api: Api, query: str = "") -> tuple[int, str, bytes]:
    url = URL(f"{api.url}/v1/prompts:export{query}", encoded=True)
    async with api.session.get(url, headers=api.headers) as response:
        return (
            response.status,
            response.headers.get("Content-Disposition", ""),
            await response.read(),
        )


async def test_an_import_is_told_as_it_is_made_and_served_at_once(ada: Member) -> None:
    prompt = await new_prompt(ada.api, name="a/b")
    at = "/v1/prompts/a%2Fb"
    await ada.api.call("PUT", f"{at}/labels/production", {"version": 1})
    assert (await ada.api.get(f"{at}/resolved")).body["version"]["number"] == 1
    archive = zipped({**PROMPT, "prompts/c/_prompt.yaml": b"type: text\n"})
    status, events = await upload(ada.api, archive, "?file_name=up.zip&reason=why")
    assert status == 200
    assert [name for name, _ in events] == ["started", "item", "item", "ended"]
    (_, started), (_, item), (_, refused), (_, ended) = events
    models.ImportStarted.model_validate(started)
    models.ImportItem.model_validate(item)
    models.ImportItem.model_validate(refused)
    models.ImportEnded.model_validate(ended)
    assert (item["outcome"], item["prompt_id"]) == ("changed", prompt["id"])
    assert (refused["outcome"], refused["faults"][0]["file"]) == (
        "refused", "prompts/c/_prompt.yaml"
    )  # fmt: skip
    assert (ended["changed"], ended["refused"]) == (1, 1)
    # The answer that was kept for fetches is forgotten.
    resolved = (await ada.api.get(f"{at}/resolved")).body["version"]
    assert resolved["content"]["text"] == "Hello {{who}}"


async def test_a_dry_run_changes_nothing(ada: Member) -> None:
    _, events = await upload(ada.api, zipped(PROMPT), "?is_dry_run=true")
    assert events[1][1]["outcome"] == "created"
    assert (await ada.api.get("/v1/prompts/a%2Fb")).status == 404


async def test_what_is_exported_can_be_imported_by_another_tenant(ada: Member, eve: Member) -> None:
    await upload(ada.api, zipped(PROMPT))
    status, disposition, archive = await download(ada.api, "?name_prefix=a/")
    assert (status, disposition) == (200, 'attachment; filename="a.zip"')
    _, events = await upload(eve.api, archive)
    assert events[-1][1]["created"] == 1
    assert (await download(eve.api, "?prompt=a%2Fb"))[2] == archive
    status, _, problem = await download(eve.api, "?prompt=nobody")
    assert (status, orjson.loads(problem)["reason"]) == (404, "PROMPT_NOT_FOUND")
    assert (await download(eve.api, "?prompt=a%2Fb&name_prefix=a"))[0] == 422


async def test_files_that_cannot_be_taken_are_refused_by_name(
    platform: Platform, ada: Member
) -> None:
    assert (await upload(platform.anonymous, b"x"))[0] == 401
    status, problem = await upload(ada.api, b"{", kind="application/json")
    assert (status, problem["reason"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    status, problem = await upload(ada.api, bytes(MOST_UPLOAD_BYTES + 1))
    assert status == 413
    status, problem = await upload(ada.api, b"")
    assert (status, problem["errors"][0]["field"]) == (422, "body")
    status, problem = await upload(ada.api, b"[\n{]")
    assert (status, problem["reason"]) == (422, "IMPORT_UNREADABLE")
    assert "line 2" in problem["detail"]
    status, problem = await upload(ada.api, b"[]", "?labels=burn")
    assert (status, problem["errors"][0]["field"]) == (422, "labels")


async def test_a_viewer_exports_and_does_not_import(platform: Platform, ada: Member) -> None:
    _, viewer = await platform.new_key(ada, role="viewer")
    assert (await upload(viewer, zipped(PROMPT)))[0] == 403
    assert (await download(viewer))[0] == 200
