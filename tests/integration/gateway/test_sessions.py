"""Sign-up, log-in, tokens and browser sessions over HTTP."""

import asyncio

from gateway.cookies import COOKIE
from gateway.routes.identity import models
from services.kit.ids import new_id
from tests.support.identity import PASSWORD
from tests.support.platform_in_process import Api, Member, Platform


async def browser(platform: Platform, member: Member) -> tuple[Api, str]:
    """Log in with a browser; return its caller without and its CSRF token."""
    opened = await platform.anonymous.post(
        "/v1/sessions", {"email": member.email, "password": member.password}
    )
    assert opened.status == 201
    models.BrowserSession.model_validate(opened.body)
    cookie = opened.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for rule in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
        assert f"; {rule}" in cookie
    assert "Domain" not in cookie
    api = platform.anonymous.with_headers(Cookie=cookie.partition(";")[0])
    return api, opened.body["csrf_token"]


async def test_a_program_signs_up_and_is_somebody(ada: Member) -> None:
    me = await ada.api.get("/v1/session")
    models.Session.model_validate(me.body)
    assert me.body["user"]["email"] == ada.email
    assert me.body["tenant"]["id"] == ada.tenant_id
    assert me.body["role"] == "owner"
    assert "prompts.write" in me.body["permissions"]
    assert me.body["environment"] == "test"
    assert me.body["csrf_token"] == ""


async def test_a_browser_signs_up_and_gets_a_cookie_and_no_tokens(platform: Platform) -> None:
    form = {
        "email": f"{new_id('usr')}@example.com",
        "password": PASSWORD,
        "display_name": "Ada",
        "tenant_name": "Engines",
    }
    made = await platform.anonymous.post("/v1/sign-up", form)
    assert made.status == 201
    models.SignedUp.model_validate(made.body)
    assert made.body["tokens"] is None
    assert made.body["csrf_token"]
    assert made.headers["Set-Cookie"].startswith(COOKIE)
    taken = await platform.anonymous.post("/v1/sign-up", form)
    assert (taken.status, taken.body["reason"]) == (409, "EMAIL_TAKEN")


async def test_a_browser_reads_with_its_cookie_and_changes_with_its_csrf_token(
    platform: Platform, ada: Member
) -> None:
    api, csrf = await browser(platform, ada)
    me = await api.get("/v1/session")
    assert me.body["user"]["id"] == ada.user_id
    assert me.body["csrf_token"] == csrf
    named = await api.call("PATCH", "/v1/tenant", {"name": "New"}, X_CSRF_Token=csrf)
    assert (named.status, named.body["name"]) == (200, "New")


async def test_a_change_without_or_with_a_wrong_csrf_token_is_refused(
    platform: Platform, ada: Member
) -> None:
    api, csrf = await browser(platform, ada)
    for token in ("", "x", csrf[:-1], csrf + "x"):
        refused = await api.call("PATCH", "/v1/tenant", {"name": "Evil"}, X_CSRF_Token=token)
        assert (refused.status, refused.body["reason"]) == (403, "CSRF_REFUSED")
    assert (await api.get("/v1/tenant")).body["name"] != "Evil"


async def test_a_change_from_another_origin_is_refused_even_with_the_token(
    platform: Platform, ada: Member
) -> None:
    api, csrf = await browser(platform, ada)
    signed = api.with_headers(X_CSRF_Token=csrf)
    for headers in ({"Origin": "https://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
        refused = await signed.call("PATCH", "/v1/tenant", {"name": "Evil"}, **headers)
        assert (refused.status, refused.body["reason"]) == (403, "CSRF_REFUSED")
    own = await signed.call("PATCH", "/v1/tenant", {"name": "Own"}, Origin=platform.url)
    assert own.status == 200


async def test_another_origin_cannot_log_a_browser_in(platform: Platform, ada: Member) -> None:
    form = {"email": ada.email, "password": ada.password}
    refused = await platform.anonymous.post("/v1/sessions", form, Origin="https://evil.example")
    assert (refused.status, refused.body["reason"]) == (403, "CSRF_REFUSED")
    assert "Set-Cookie" not in refused.headers


async def test_after_log_out_the_cookie_opens_nothing(platform: Platform, ada: Member) -> None:
    api, csrf = await browser(platform, ada)
    left = await api.call("DELETE", "/v1/session", X_CSRF_Token=csrf)
    assert left.status == 204
    assert "Max-Age=0" in left.headers["Set-Cookie"]
    after = await api.get("/v1/session")
    assert (after.status, after.body["reason"]) == (401, "SESSION_INVALID")


async def test_wrong_credentials_are_refused_alike_for_known_and_unknown_people(
    platform: Platform, ada: Member
) -> None:
    answers = [
        await platform.anonymous.post("/v1/sessions", {"email": email, "password": "wrong wrong"})
        for email in (ada.email, f"{new_id('usr')}@example.com")
    ]
    for answer in answers:
        assert (answer.status, answer.body["reason"]) == (401, "WRONG_CREDENTIALS")
        del answer.body["request_id"]
    assert answers[0].body == answers[1].body


async def test_tokens_are_refreshed_and_a_used_one_ends_the_session(
    platform: Platform, ada: Member
) -> None:
    form = {"refresh_token": ada.tokens["refresh_token"]}
    fresh = await platform.anonymous.post("/v1/auth/tokens:refresh", form)
    models.Tokens.model_validate(fresh.body)
    api = platform.anonymous.with_headers(Authorization=f"Bearer {fresh.body['access_token']}")
    assert (await api.get("/v1/session")).status == 200
    reused = await platform.anonymous.post("/v1/auth/tokens:refresh", form)
    assert (reused.status, reused.body["reason"]) == (401, "REFRESH_TOKEN_REUSED")
    await _until_refused(api)


async def test_revoked_tokens_end_the_session_at_once(platform: Platform, ada: Member) -> None:
    assert (await ada.api.get("/v1/session")).status == 200
    form = {"refresh_token": ada.tokens["refresh_token"]}
    assert (await platform.anonymous.post("/v1/auth/tokens:revoke", form)).status == 204
    await _until_refused(ada.api)


async def test_the_key_set_is_public_and_cacheable(platform: Platform) -> None:
    keys = await platform.anonymous.get("/.well-known/jwks.json")
    models.JsonWebKeySet.model_validate(keys.body)
    assert keys.headers["Cache-Control"] == "public, max-age=300"
    again = await platform.anonymous.get(
        "/.well-known/jwks.json", If_None_Match=keys.headers["ETag"]
    )
    assert again.status == 304
    assert all("d" not in key for key in keys.body["keys"])


async def _until_refused(api: Api) -> None:
    """Wait for a revocation to arrive."""
    async with asyncio.timeout(10):  # far less than it is remembered without the push
        while (await api.get("/v1/session")).status != 401:  # over the network
            await asyncio.sleep(0.02)
