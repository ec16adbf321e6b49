"""Labels over HTTP: their histories, the way back, and policies that hold for people and keys."""

from typing import Any

import pytest

from gateway.routes.prompts import label_models as models
from services.kit.ids import new_id
from tests.integration.gateway.test_prompts import CONTENT, new_prompt
from tests.support.platform_in_process import Api, Member, Platform


async def labelled(api: Api, name: str = "") -> str:
    """Make a prompt whose label production has moved from version 1 to 2; return its path."""
    prompt = await new_prompt(api, **({"name": name} if name else {}))
    at = f"/v1/prompts/{prompt['id']}"
    await api.post(f"{at}/versions", {"content": {**CONTENT, "text": "Shorter: {{topic}}"}})
    for version in (1, 2):
        body = {"version": version, "reason": f"now {version}"}
        assert (await api.call("PUT", f"{at}/labels/production", body)).status == 200
    return at


async def protect(api: Api, **fields: Any) -> dict[str, Any]:
    made = await api.post("/v1/label-policies", {"label_pattern": "production", **fields})
    assert made.status == 201, made.body
    policy: dict[str, Any] = made.body
    models.LabelPolicy.model_validate(policy)
    assert made.headers["Location"] == f"/v1/label-policies/{policy['id']}"
    return policy


async def test_a_label_tells_its_history_and_goes_back(ada: Member) -> None:
    at = await labelled(ada.api)
    assert (await ada.api.get(f"{at}/resolved")).body["version"]["number"] == 2
    body = {"reason": "worse", "expected_version": 2}
    back = await ada.api.post(f"{at}/labels/production:rollback", body, Idempotency_Key="once")
    assert (back.status, back.body["version"]) == (200, 1)
    again = await ada.api.post(f"{at}/labels/production:rollback", body, Idempotency_Key="once")
    assert again.body == back.body
    # The answer that was kept for fetches is forgotten at once.
    assert (await ada.api.get(f"{at}/resolved")).body["version"]["number"] == 1
    history = (await ada.api.get(f"{at}/labels/production/history")).body
    models.PromptLabelEventPage.model_validate(history)
    shown = [(one["change"], one["from_version"], one["to_version"]) for one in history["items"]]
    assert shown == [("rolled_back", 2, 1), ("set", 1, 2), ("set", 0, 1)]
    assert history["items"][0]["reason"] == "worse"
    assert history["items"][0]["actor_id"] == ada.user_id
    assert (await ada.api.get(f"{at}/label-history?page_size=200")).body == history
    nothing = await ada.api.post(f"{at}/labels/production:rollback", {})
    assert (nothing.status, nothing.body["reason"]) == (409, "NOTHING_TO_ROLL_BACK")


async def test_labels_are_listed_with_what_can_be_done_to_them(ada: Member) -> None:
    at = await labelled(ada.api)
    await protect(ada.api, minimum_role="owner")
    listed = (await ada.api.get(f"{at}/labels")).body
    models.PromptLabelStatePage.model_validate(listed)
    latest, production = listed["items"]
    assert (latest["label"], latest["protection"]) == ("latest", None)
    assert production["rollback_version"] == 1
    assert production["protection"]["minimum_role"] == "owner"
    assert production["protection"]["may_move"]


async def test_who_believed_a_label_elsewhere_is_told_where_it_stands(ada: Member) -> None:
    at = await labelled(ada.api)
    for answer in (
        await ada.api.call("PUT", f"{at}/labels/production", {"version": 1, "expected_version": 0}),
        await ada.api.call("DELETE", f"{at}/labels/production?expected_version=1"),
        await ada.api.post(f"{at}/labels/production:rollback", {"expected_version": 1}),
    ):
        assert (answer.status, answer.body["reason"]) == (409, "LABEL_MOVED")
        assert answer.body["metadata"] == {"label": "production", "version": "2"}
        assert "points at version 2" in answer.body["detail"]


async def test_a_removal_can_say_why(ada: Member) -> None:
    at = await labelled(ada.api)
    await protect(ada.api, is_reason_required=True)
    mute = await ada.api.call("DELETE", f"{at}/labels/production")
    assert (mute.status, mute.body["reason"]) == (422, "REASON_REQUIRED")
    assert [fault["field"] for fault in mute.body["errors"]] == ["reason"]
    gone = await ada.api.call("DELETE", f"{at}/labels/production?reason=not%20used")
    assert gone.status == 204
    (newest, *_) = (await ada.api.get(f"{at}/label-history")).body["items"]
    assert (newest["change"], newest["reason"]) == ("removed", "not used")


@pytest.mark.parametrize(
    ("role", "status", "reason"),
    [
        ("viewer", 403, "PERMISSION_DENIED"),
        ("operator", 403, "PERMISSION_DENIED"),
        ("editor", 403, "LABEL_PROTECTED"),
        ("admin", 200, ""),
        ("owner", 200, ""),
    ],
)
async def test_an_api_key_moves_what_its_role_may(
    platform: Platform, ada: Member, role: str, status: int, reason: str
) -> None:
    at = await labelled(ada.api)
    policy = await protect(ada.api, minimum_role="admin")
    _, key = await platform.new_key(ada, role=role)
    moved = await key.call("PUT", f"{at}/labels/production", {"version": 1})
    assert (moved.status, moved.body.get("reason", "")) == (status, reason)
    if reason == "LABEL_PROTECTED":
        assert moved.body["metadata"] == {"policy": policy["id"], "minimum_role": "admin"}
        # Nor by the other ways round.
        back = await key.post(f"{at}/labels/production:rollback", {})
        removed = await key.call("DELETE", f"{at}/labels/production")
        renamed = await key.call("PATCH", at, {"name": f"tests/{new_id('prm')}"})
        assert {one.body["reason"] for one in (back, removed, renamed)} == {"LABEL_PROTECTED"}


@pytest.mark.parametrize("role", ["viewer", "editor"])
async def test_who_may_not_protect_reads_policies_and_changes_none(
    platform: Platform, ada: Member, role: str
) -> None:
    policy = await protect(ada.api)
    at = f"/v1/label-policies/{policy['id']}"
    _, key = await platform.new_key(ada, role=role)
    assert (await key.get(at)).body == policy
    assert (await key.get("/v1/label-policies")).body["items"] == [policy]
    for answer in (
        await key.post("/v1/label-policies", {"label_pattern": "staging"}),
        await key.call("PATCH", at, {"is_frozen": False}),
        await key.call("DELETE", at),
    ):
        assert (answer.status, answer.body["metadata"]) == (403, {"permission": "prompts.protect"})


async def test_a_policy_is_changed_frozen_and_removed(ada: Member) -> None:
    at_prompt = await labelled(ada.api)
    policy = await protect(ada.api)
    at = f"/v1/label-policies/{policy['id']}"
    body = {"is_frozen": True, "freeze_reason": "holidays"}
    frozen = await ada.api.call("PATCH", at, body, If_Match=f'"{policy["etag"]}"')
    assert (frozen.status, frozen.body["freeze_reason"]) == (200, "holidays")
    late = await ada.api.call("PATCH", at, {"is_frozen": False}, If_Match=f'"{policy["etag"]}"')
    assert (late.status, late.body["reason"]) == (409, "ETAG_MISMATCH")
    refused = await ada.api.call("PUT", f"{at_prompt}/labels/production", {"version": 1})
    assert (refused.status, refused.body["reason"]) == (409, "LABEL_FROZEN")
    assert refused.body["metadata"] == {"policy": policy["id"]}
    assert (await ada.api.call("DELETE", at)).status == 204
    assert (await ada.api.get(at)).body["reason"] == "LABEL_POLICY_NOT_FOUND"
    moved = await ada.api.call("PUT", f"{at_prompt}/labels/production", {"version": 1})
    assert moved.status == 200


async def test_another_tenants_labels_and_policies_are_not_found(ada: Member, eve: Member) -> None:
    at = await labelled(ada.api)
    policy = await protect(ada.api)
    unknown = f"/v1/prompts/{new_id('prm')}"
    calls: list[tuple[str, str, Any]] = [
        ("GET", "/labels", None),
        ("GET", "/label-history", None),
        ("GET", "/labels/production/history", None),
        ("POST", "/labels/production:rollback", {}),
    ]
    for method, rest, body in calls:
        theirs = await eve.api.call(method, at + rest, body)
        nobodys = await eve.api.call(method, unknown + rest, body)
        assert theirs.status == nobodys.status == 404
        assert theirs.body["reason"] == nobodys.body["reason"] == "PROMPT_NOT_FOUND"
    for method in ("GET", "PATCH", "DELETE"):
        body = {"is_frozen": False} if method == "PATCH" else None
        answer = await eve.api.call(method, f"/v1/label-policies/{policy['id']}", body)
        assert (answer.status, answer.body["reason"]) == (404, "LABEL_POLICY_NOT_FOUND")
    assert (await eve.api.get("/v1/label-policies")).body["items"] == []
