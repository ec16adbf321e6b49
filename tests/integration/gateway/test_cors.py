"""CORS is off; where an operator names an origin, its scripts may call with keys of their own."""

from tests.support.platform_in_process import Platform, platform_running
from tests.support.stack import Stack

ASK = {
    "Access_Control_Request_Method": "POST",
    "Access_Control_Request_Headers": "authorization,idempotency-key",
}


async def test_no_origin_is_let_in_by_default(platform: Platform) -> None:
    asked = await platform.anonymous.call(
        "OPTIONS", "/v1/runs", Origin="https://app.example", **ASK
    )
    assert asked.status == 405
    assert "Access-Control-Allow-Origin" not in asked.headers


async def test_a_named_origin_is_let_in_without_cookies_and_no_other_is(stack: Stack) -> None:
    async with platform_running(stack, cors_origins=("https://app.example",)) as platform:
        asked = await platform.anonymous.call(
            "OPTIONS", "/v1/runs", Origin="https://app.example", **ASK
        )
        assert asked.status == 200
        assert asked.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert "Access-Control-Allow-Credentials" not in asked.headers
        ada = await platform.sign_up()
        read = await ada.api.get("/v1/prompts", Origin="https://app.example")
        assert read.headers["Access-Control-Allow-Origin"] == "https://app.example"
        assert "ETag" in read.headers["Access-Control-Expose-Headers"]
        for origin in ("https://evil.example", "https://app.example.evil.example", "null"):
            other = await ada.api.get("/v1/prompts", Origin=origin)
            assert "Access-Control-Allow-Origin" not in other.headers
