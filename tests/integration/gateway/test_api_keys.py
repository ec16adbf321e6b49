"""API keys at the door: from creation to a revocation that is seen at once."""

from gateway.routes.identity import models
from services.kit.ids import new_id
from tests.support.platform_in_process import Member, Platform


async def test_a_key_is_shown_once_and_opens_the_door(platform: Platform, ada: Member) -> None:
    created, api = await platform.new_key(ada, name="nightly")
    models.CreatedApiKey.model_validate(created)
    me = await api.get("/v1/session")
    assert me.body["user"] is None
    assert me.body["tenant"]["id"] == ada.tenant_id
    assert me.body["environment"] == "test"
    key_id = created["api_key"]["id"]
    read = await ada.api.get(f"/v1/api-keys/{key_id}")
    assert read.body == created["api_key"]
    assert created["secret"] not in str((await ada.api.get("/v1/api-keys")).body)


async def test_a_revoked_key_is_refused_from_that_moment(platform: Platform, ada: Member) -> None:
    created, api = await platform.new_key(ada)
    assert (await api.get("/v1/prompts")).status == 200
    revoked = await ada.api.call("DELETE", f"/v1/api-keys/{created['api_key']['id']}")
    assert revoked.body["revoke_time"] is not None
    answer = await api.get("/v1/prompts")
    assert answer.status == 401
    assert answer.body["reason"] == "API_KEY_INVALID"


async def test_what_a_keys_role_does_not_hold_is_refused(platform: Platform, ada: Member) -> None:
    _, viewer = await platform.new_key(ada, role="viewer")
    assert (await viewer.get("/v1/prompts")).status == 200
    refused = await viewer.post("/v1/prompts", {"name": "x", "content": {"type": "text"}})
    assert (refused.status, refused.body["reason"]) == (403, "PERMISSION_DENIED")
    too_wide = await viewer.post("/v1/api-keys", {"name": "x", "role": "owner"})
    assert too_wide.status == 403


async def test_a_key_that_never_was_is_refused(platform: Platform, ada: Member) -> None:
    created, _ = await platform.new_key(ada)
    secret: str = created["secret"]
    wrong = secret[:-10] + ("a" if secret[-10] != "a" else "b") + secret[-9:]
    for text in (wrong, "pp_test_short", secret + "x"):
        api = platform.anonymous.with_headers(Authorization=f"Bearer {text}")
        answer = await api.get("/v1/prompts")
        assert (answer.status, answer.body["reason"]) == (401, "API_KEY_INVALID")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="promptpilot"'


async def test_the_authorization_header_decides_alone(platform: Platform, ada: Member) -> None:
    for value in ("Basic YTpi", "Bearer", "Bearer ", "Bearer a b", "Bearer é"):
        answer = await ada.api.get("/v1/prompts", Authorization=value)
        assert answer.status == 401, value


async def test_another_tenants_key_is_not_found(
    platform: Platform, ada: Member, eve: Member
) -> None:
    created, api = await platform.new_key(ada)
    key_id = created["api_key"]["id"]
    for method in ("GET", "DELETE"):
        theirs = await eve.api.call(method, f"/v1/api-keys/{key_id}")
        nobodys = await eve.api.call(method, f"/v1/api-keys/{new_id('key')}")
        assert theirs.status == nobodys.status == 404
    assert (await api.get("/v1/prompts")).status == 200
    assert (await eve.api.get("/v1/api-keys")).body["items"] == []
