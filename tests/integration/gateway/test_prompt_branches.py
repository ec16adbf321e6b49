"""Branches and merges over HTTP."""

from typing import Any

from gateway.routes.prompts import branch_models as models
from services.kit.ids import new_id
from tests.support.platform_in_process import Api, Member

LINES = ["One", "Two", "Three", "Four", "Five"]


def content(**changes: str) -> dict[str, Any]:
    """Make a text of five lines, some of them changed: One="1"."""
    return {"type": "text", "text": "\n".join(changes.get(line, line) for line in LINES)}


async def new_prompt(api: Api) -> str:
    body = {"name": f"tests/{new_id('prm')}", "content": content()}
    made = await api.post("/v1/prompts", body)
    return f"/v1/prompts/{made.body['prompt']['id']}"


async def diverged(api: Api, *, ours: dict[str, str], theirs: dict[str, str]) -> str:
    at = await new_prompt(api)
    assert (await api.post(f"{at}/branches", {"name": "ada/new"})).status == 201
    await api.post(f"{at}/versions", {"content": content(**ours)})
    saved = await api.post(
        f"{at}/versions", {"content": content(**theirs), "branch": "ada/new", "base_version": 1}
    )
    assert (saved.body["branch"], saved.body["parents"]) == ("ada/new", [1])
    return at


async def test_a_branch_with_a_slash_is_made_read_listed_and_closed(ada: Member) -> None:
    at = await new_prompt(ada.api)
    made = await ada.api.post(f"{at}/branches", {"name": "ada/new", "base_version": 1})
    assert made.status == 201
    models.PromptBranch.model_validate(made.body)
    read = await ada.api.get(f"{at}/branches/ada%2Fnew")
    assert read.body == made.body
    listed = await ada.api.get(f"{at}/branches?state=open")
    assert [one["name"] for one in listed.body["items"]] == ["main", "ada/new"]
    closed = await ada.api.post(f"{at}/branches/ada%2Fnew:close")
    assert closed.body["state"] == "closed"
    refused = await ada.api.post(f"{at}/branches/main:close")
    assert (refused.status, refused.body["reason"]) == (422, "BRANCH_RESERVED")
    taken = await ada.api.post(f"{at}/branches", {"name": "ada/new"})
    assert (taken.status, taken.body["reason"]) == (409, "BRANCH_NAME_TAKEN")


async def test_a_save_on_an_old_head_is_409_and_merges_as_a_draft(ada: Member) -> None:
    at = await new_prompt(ada.api)
    await ada.api.post(f"{at}/versions", {"content": content(One="1"), "base_version": 1})
    mine = content(Five="5")
    late = await ada.api.post(f"{at}/versions", {"content": mine, "base_version": 1})
    assert (late.status, late.body["reason"]) == (409, "BRANCH_MOVED")
    assert late.body["metadata"] == {"branch": "main", "head_version": "2"}
    source = {"draft": mine, "draft_base_version": 1}
    shown = await ada.api.post(f"{at}/branches/main:preview-merge", {"source": source})
    assert shown.status == 200
    models.MergePreview.model_validate(shown.body)
    assert shown.body["content"]["text"] == content(One="1", Five="5")["text"]
    draft = {key: shown.body["content"][key] for key in ("type", "text")}
    head = shown.body["target_version"]
    saved = await ada.api.post(f"{at}/versions", {"content": draft, "base_version": head})
    assert (saved.status, saved.body["number"]) == (201, 3)


async def test_a_conflict_is_previewed_settled_and_merged(ada: Member) -> None:
    at = await diverged(ada.api, ours={"Three": "3"}, theirs={"Three": "III"})
    conflicted = await ada.api.post(f"{at}/branches/main:merge", {"source": {"branch": "ada/new"}})
    assert (conflicted.status, conflicted.body["reason"]) == (409, "MERGE_CONFLICTED")
    shown = (
        await ada.api.post(f"{at}/branches/main:preview-merge", {"source": {"branch": "ada/new"}})
    ).body
    (conflict,) = shown["conflicts"]
    assert (conflict["path"], conflict["base"]) == ("text#1", "Three")
    assert (conflict["ours"], conflict["theirs"]) == ("3", "III")
    assert conflict["lines"]["ours"] == {"start": 3, "count": 1}
    body = {
        "source": {"branch": "ada/new", "version": shown["source_version"]},
        "target_version": shown["target_version"],
        "resolutions": [{"path": "text#1", "value": "3 (III)"}],
    }
    merged = await ada.api.post(f"{at}/branches/main:merge", body, Idempotency_Key="merge")
    assert merged.status == 200
    models.MergedBranch.model_validate(merged.body)
    version = merged.body["version"]
    assert (version["branch"], version["parents"]) == ("main", [2, 3])
    assert "3 (III)" in version["content"]["text"]
    again = await ada.api.post(f"{at}/branches/main:merge", body, Idempotency_Key="merge")
    assert again.body == merged.body
    latest = await ada.api.get(f"{at}/resolved?label=latest")
    assert latest.body["version"]["number"] == 4


async def test_a_merge_that_changes_nothing_answers_no_version(ada: Member) -> None:
    at = await new_prompt(ada.api)
    await ada.api.post(f"{at}/branches", {"name": "same"})
    merged = await ada.api.post(f"{at}/branches/main:merge", {"source": {"branch": "same"}})
    assert (merged.status, merged.body) == (200, {"version": None})


async def test_the_fast_fetch_of_latest_follows_main_alone(ada: Member) -> None:
    at = await diverged(ada.api, ours={"One": "1"}, theirs={"Five": "5"})
    assert (await ada.api.get(f"{at}/resolved?label=latest")).body["version"]["number"] == 2
    await ada.api.post(f"{at}/branches/main:merge", {"source": {"branch": "ada/new"}})
    after = (await ada.api.get(f"{at}/resolved?label=latest")).body["version"]
    assert (after["number"], after["content"]["text"]) == (4, content(One="1", Five="5")["text"])


async def test_another_tenants_branches_are_not_found_on_every_route(
    ada: Member, eve: Member
) -> None:
    at = await diverged(ada.api, ours={"One": "1"}, theirs={"Five": "5"})
    unknown = f"/v1/prompts/{new_id('prm')}"
    source = {"source": {"branch": "ada/new"}}
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/branches", None),
        ("POST", "/branches", {"name": "mine"}),
        ("GET", "/branches/main", None),
        ("POST", "/branches/ada%2Fnew:close", None),
        ("POST", "/branches/main:preview-merge", source),
        ("POST", "/branches/main:merge", source),
    ]
    for method, rest, body in calls:
        theirs = await eve.api.call(method, at + rest, body)
        nobodys = await eve.api.call(method, unknown + rest, body)
        assert theirs.status == nobodys.status == 404, (method, rest, theirs.body)
        assert theirs.body["reason"] == nobodys.body["reason"] == "PROMPT_NOT_FOUND"
    assert (await ada.api.get(f"{at}/branches/ada%2Fnew")).body["state"] == "open"
