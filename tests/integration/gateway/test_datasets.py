"""Datasets over HTTP: items as any JSON, files in and out, versions that stay."""

from io import BytesIO
from typing import Any

import pytest
from yarl import URL

from gateway.routes.prompts import dataset_models as models
from services.kit.ids import new_id
from tests.support.platform_in_process import Answer, Api, Member, Platform

CSV = b"id,input,expected\r\none,Where?,here\r\ntwo,Why?,because\r\n"


async def new_dataset(api: Api, **fields: Any) -> str:
    """Make a dataset; return its path."""
    made = await api.post("/v1/datasets", {"name": new_id("tst"), **fields})
    assert made.status == 201, made.body
    models.Dataset.model_validate(made.body)
    assert made.headers["Location"] == f"/v1/datasets/{made.body['id']}"
    return str(made.headers["Location"])


async def send(api: Api, path: str, data: bytes, kind: str = "text/csv", query: str = "") -> Answer:
    """PUT a file's bytes."""
    headers = {**api.headers, "Content-Type": kind}
    url = URL(f"{api.url}{path}/content{query}", encoded=True)
    async with api.session.put(url, data=BytesIO(data), headers=headers) as response:
        body = await response.json(content_type=None)
        return Answer(response.status, response.headers.copy(), body)


async def download(api: Api, path: str) -> tuple[str, bytes]:
    """GET a file; return its media type and its bytes."""
    async with api.session.get(f"{api.url}{path}", headers=api.headers) as response:
        assert response.status == 200
        return response.content_type, await response.read()


async def new_import(api: Api, at: str, file_format: str = "csv", **fields: Any) -> str:
    """Begin an import; return its path."""
    begun = await api.post(f"{at}/imports", {"format": file_format, **fields})
    assert begun.status == 201, begun.body
    models.DatasetImport.model_validate(begun.body)
    return str(begun.headers["Location"])


@pytest.mark.parametrize("value", ["text", 0, False, [], {"a": [1.5, None]}, "", 2**60])
async def test_an_item_holds_any_json_as_it_was_sent(ada: Member, value: Any) -> None:
    at = await new_dataset(ada.api)
    body = {"input": value, "expected": value, "metadata": {"v": value}}
    made = await ada.api.post(f"{at}/items", body)
    assert made.status == 201, made.body
    models.DatasetItem.model_validate(made.body)
    assert [made.body[name] for name in body] == list(body.values())
    assert (await ada.api.get(made.headers["Location"])).body == made.body


async def test_an_item_is_changed_emptied_and_archived(ada: Member) -> None:
    at = await new_dataset(ada.api, metadata={"team": "support"})
    made = (await ada.api.post(f"{at}/items", {"id": "a:1", "input": 1, "expected": 2})).body
    path = f"{at}/items/a%3A1"
    tag = f'"{made["etag"]}"'
    emptied = await ada.api.call("PATCH", path, {"expected": None}, If_Match=tag)
    assert (emptied.status, emptied.body["expected"], emptied.body["input"]) == (200, None, 1)
    assert emptied.headers["ETag"] == f'"{emptied.body["etag"]}"'
    late = await ada.api.call("PATCH", path, {"input": 3}, If_Match=tag)
    assert (late.status, late.body["reason"]) == (409, "ETAG_MISMATCH")
    archived = await ada.api.call("PATCH", path, {"is_archived": True})
    assert archived.body["version"] == 3
    listed = await ada.api.get(f"{at}/items?is_archived=true")
    models.DatasetItemPage.model_validate(listed.body)
    assert [one["id"] for one in listed.body["items"]] == ["a:1"]
    assert (await ada.api.get(f"{path}?version=1")).body == made
    versions = (await ada.api.get(f"{at}/versions")).body
    models.DatasetVersionPage.model_validate(versions)
    assert [one["item_count"] for one in versions["items"]] == [0, 1, 1]
    assert (await ada.api.get(f"{at}/versions/2")).body == versions["items"][1]
    dataset = (await ada.api.get(at)).body
    assert (dataset["metadata"], dataset["item_count"]) == ({"team": "support"}, 0)
    plain = await ada.api.call("PATCH", at, {"metadata": None, "description": "d"})
    assert (plain.body["metadata"], plain.body["description"]) == (None, "d")


async def test_a_file_is_sent_looked_at_applied_and_written_again(ada: Member) -> None:
    at = await new_dataset(ada.api)
    path = await new_import(ada.api, at, file_name="cases.csv", file_bytes=len(CSV))
    ready = await send(ada.api, path, CSV)
    assert (ready.status, ready.body["state"]) == (200, "ready")
    models.DatasetImport.model_validate(ready.body)
    assert (ready.body["added_count"], ready.body["problems"]) == (2, [])
    assert (await ada.api.get(path)).body == ready.body
    assert (await ada.api.get(f"{at}/items")).body["items"] == []
    applied = await ada.api.post(f"{path}:apply", {})
    assert (applied.status, applied.body["state"], applied.body["version"]) == (200, "applied", 1)
    written = await ada.api.get(f"{at}:export?format=csv")
    assert written.body == "id,input,expected,metadata\r\none,Where?,here,\r\ntwo,Why?,because,\r\n"
    assert written.headers["Content-Type"].startswith("text/csv")
    assert written.headers["Content-Disposition"].endswith("-v1.csv")
    kind, lines = await download(ada.api, f"{at}:export")
    assert (kind, lines.count(b"\n")) == ("application/x-ndjson", 2)
    objects = (await ada.api.get(f"{at}:export?format=json&version=1")).body
    assert objects[0] == {"id": "one", "input": "Where?", "expected": "here"}


async def test_a_large_file_comes_in_parts_and_goes_out_whole(ada: Member) -> None:
    at = await new_dataset(ada.api)
    line = b'{"input": "' + b"x" * 1000 + b' %d"}\n'
    data = b"".join(line % number for number in range(3000))
    path = await new_import(ada.api, at, "jsonl")
    half = len(data) // 2
    kind = "application/octet-stream"
    first = await send(ada.api, path, data[:half], kind, "?is_last=false")
    assert (first.body["state"], first.body["received_bytes"]) == ("receiving", half)
    again = await send(ada.api, path, data[:half], kind, "?is_last=false")
    assert again.body == first.body
    early = await ada.api.post(f"{path}:apply", {})
    assert (early.status, early.body["reason"]) == (409, "IMPORT_NOT_READY")
    wrong = await send(ada.api, path, b"x", kind, f"?offset={half + 1}")
    assert (wrong.status, wrong.body["reason"]) == (409, "IMPORT_OFFSET_MISMATCH")
    assert wrong.body["metadata"] == {"received_bytes": str(half)}
    ready = await send(ada.api, path, data[half:], kind, f"?offset={half}")
    assert ready.body["added_count"] == 3000
    assert (await ada.api.post(f"{path}:apply", {})).body["added_count"] == 3000
    _, written = await download(ada.api, f"{at}:export")
    assert written.count(b"\n") == 3000
    assert b'2999"' in written.splitlines()[-1]


async def test_a_broken_file_is_refused_with_its_lines_or_applied_in_part(ada: Member) -> None:
    at = await new_dataset(ada.api)
    path = await new_import(ada.api, at)
    ready = (await send(ada.api, path, CSV + b"three\r\n")).body
    assert ready["problems"] == [
        {"line": 4, "field": "", "message": "has 1 cells, the header has 3"}
    ]
    refused = await ada.api.post(f"{path}:apply", {})
    assert (refused.status, refused.body["reason"]) == (409, "IMPORT_HAS_PROBLEMS")
    assert (await ada.api.get(at)).body["latest_version"] == 0
    applied = await ada.api.post(f"{path}:apply", {"is_partial": True})
    assert (applied.body["added_count"], applied.body["problem_count"]) == (2, 1)


async def test_what_a_file_may_not_be_is_said(ada: Member) -> None:
    at = await new_dataset(ada.api)
    path = await new_import(ada.api, at)
    kind = await send(ada.api, path, CSV, "image/png")
    assert (kind.status, kind.body["reason"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    large = await send(ada.api, path, b"x", query="?offset=100000000")
    assert (large.status, large.body["reason"]) == (413, "CONTENT_TOO_LARGE")
    column = {"name": "a", "target": "nowhere"}
    refused = await ada.api.post(f"{at}/imports", {"format": "csv", "columns": [column]})
    assert (refused.status, refused.body["errors"][0]["field"]) == (422, "columns[0].target")
    nothing = await ada.api.post(f"{at}/items", {"metadata": None})
    assert (nothing.status, nothing.body["errors"][0]["field"]) == (422, "input")


async def test_who_may_only_read_reads_and_exports(platform: Platform, ada: Member) -> None:
    at = await new_dataset(ada.api)
    await ada.api.post(f"{at}/items", {"input": 1})
    _, viewer = await platform.new_key(ada, role="viewer")
    assert (await viewer.get(f"{at}/items")).status == 200
    assert (await viewer.get(f"{at}:export?format=json")).body[0]["input"] == 1
    for path, body in ((f"{at}/items", {"input": 2}), (f"{at}/imports", {"format": "csv"})):
        answer = await viewer.post(path, body)
        assert (answer.status, answer.body["metadata"]) == (403, {"permission": "datasets.write"})


async def test_another_tenants_dataset_is_not_found(ada: Member, eve: Member) -> None:
    at = await new_dataset(ada.api)
    path = await new_import(ada.api, at)
    for call in (
        eve.api.get(at),
        eve.api.get(f"{at}/items"),
        eve.api.get(f"{at}:export"),
        eve.api.get(path),
        send(eve.api, path, CSV),
        eve.api.post(f"{path}:apply", {}),
    ):
        answer = await call
        assert (answer.status, answer.body["reason"]) == (404, "DATASET_NOT_FOUND")
