"""The door that is Langfuse's: who comes in, and what is not there."""

import pytest

from tests.integration.gateway.langfuse import PROMPTS, basic, create, pair_of, refused
from tests.support.platform_in_process import Member, Platform

UNKNOWN = (401, "UnauthorizedError", "API_KEY_INVALID")


async def test_a_key_pair_opens_every_door(platform: Platform, ada: Member) -> None:
    pair = await pair_of(platform, ada)
    assert (await pair.get(PROMPTS)).status == 200
    assert (await pair.get("/v1/session")).body["tenant"]["id"] == ada.tenant_id


async def test_halves_of_different_pairs_open_none(platform: Platform, ada: Member) -> None:
    one, _ = await platform.new_key(ada)
    two, _ = await platform.new_key(ada)
    public, secret = one["api_key"]["prefix"], one["secret"]
    for user, password in (
        (two["api_key"]["prefix"], secret),
        ("", secret),
        (public[:-1], secret),
        (one["api_key"]["id"], secret),
        (public, ""),
        (public, secret[:-1]),
    ):
        api = platform.anonymous.with_headers(Authorization=basic(user, password))
        assert refused(await api.get(PROMPTS)) == UNKNOWN
    for text in ("Basic", "Basic ???", "Basic " + "YQ==", "Digest x"):
        api = platform.anonymous.with_headers(Authorization=text)
        answer = refused(await api.get(PROMPTS))
        assert answer == (401, "UnauthorizedError", "CREDENTIALS_MALFORMED")
    nobody = refused(await platform.anonymous.get(PROMPTS))
    assert nobody == (401, "UnauthorizedError", "CREDENTIALS_MISSING")


async def test_a_revoked_pair_is_refused_at_once(platform: Platform, ada: Member) -> None:
    made, _ = await platform.new_key(ada)
    authorization = basic(made["api_key"]["prefix"], made["secret"])
    pair = platform.anonymous.with_headers(Authorization=authorization)
    await create(pair, "hello", labels=["production"])
    assert (await pair.get(f"{PROMPTS}/hello")).status == 200
    await ada.api.call("DELETE", f"/v1/api-keys/{made['api_key']['id']}")
    assert refused(await pair.get(f"{PROMPTS}/hello")) == UNKNOWN


async def test_a_viewers_pair_reads_and_a_billing_pair_does_not(
    platform: Platform, ada: Member
) -> None:
    await create(await pair_of(platform, ada), "hello", labels=["production"])
    viewer = await pair_of(platform, ada, role="viewer")
    billing = await pair_of(platform, ada, role="billing")
    forbidden = (403, "ForbiddenError", "PERMISSION_DENIED")
    # Also from memory: what is kept of somebody else's fetch is not given to everybody.
    assert (await viewer.get(f"{PROMPTS}/hello")).status == 200
    assert refused(await billing.get(f"{PROMPTS}/hello")) == forbidden
    body = {"name": "hello", "prompt": "x"}
    assert refused(await viewer.post(PROMPTS, body)) == forbidden
    labels = {"newLabels": ["eu"]}
    assert refused(await viewer.call("PATCH", f"{PROMPTS}/hello/versions/1", labels)) == forbidden


async def test_the_project_of_a_pair_is_its_tenant(platform: Platform, ada: Member) -> None:
    pair = await pair_of(platform, ada)
    tenant = (await ada.api.get("/v1/tenant")).body
    named = {"id": ada.tenant_id, "name": tenant["name"]}
    expected = {"data": [{**named, "organization": named, "metadata": {}}]}
    assert (await pair.get("/api/public/projects")).body == expected


async def test_health_is_told_to_everybody(platform: Platform) -> None:
    answer = await platform.anonymous.get("/api/public/health")
    assert (answer.status, answer.body["status"]) == (200, "OK")
    assert answer.body["version"]


@pytest.mark.parametrize(
    ("method", "path", "words"),
    [
        ("GET", "/api/public/v2/datasets", "not served yet"),
        ("POST", "/api/public/dataset-items", "not served yet"),
        ("POST", "/api/public/scores", "not served yet"),
        ("POST", "/api/public/otel/v1/traces", "LANGFUSE_TRACING_ENABLED"),
        ("POST", "/api/public/ingestion", "LANGFUSE_TRACING_ENABLED"),
    ],
)
async def test_what_langfuse_has_and_we_have_not_says_so(
    platform: Platform, ada: Member, method: str, path: str, words: str
) -> None:
    pair = await pair_of(platform, ada)
    answer = await pair.call(method, path, {} if method == "POST" else None)
    assert refused(answer) == (501, "NotImplementedError", "NOT_SERVED")
    assert words in answer.body["message"]


async def test_versions_are_never_deleted_and_unknown_paths_are_not_there(
    platform: Platform, ada: Member
) -> None:
    pair = await pair_of(platform, ada)
    deleted = await pair.call("DELETE", f"{PROMPTS}/hello")
    assert refused(deleted) == (405, "MethodNotAllowedError", "METHOD_NOT_ALLOWED")
    assert deleted.headers["Allow"] == "GET"
    assert "archive" in deleted.body["message"]
    missing = await pair.get("/api/public/nothing")
    assert refused(missing) == (404, "LangfuseNotFoundError", "ROUTE_NOT_FOUND")


async def test_a_body_that_cannot_be_read_is_refused_in_langfuses_form(
    platform: Platform, ada: Member
) -> None:
    pair = await pair_of(platform, ada)
    for kind, body, expected in (
        ("application/json", b"{", (400, "InvalidRequestError", "MALFORMED_BODY")),
        ("text/plain", b"{}", (415, "UnsupportedMediaTypeError", "UNSUPPORTED_MEDIA_TYPE")),
    ):
        headers = {**pair.headers, "Content-Type": kind}
        async with pair.session.post(pair.url + PROMPTS, headers=headers, data=body) as response:
            answer = await response.json()
            assert (response.status, answer["error"], answer["reason"]) == expected
