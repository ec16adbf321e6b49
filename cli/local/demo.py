"""The first minutes: two demo tenants with their keys, and the main job.

A pipeline of prompts over a real text.

Everything goes through the public API, as a customer would do it. Done before, it is found and left
as it is.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cli.client import Api
from cli.local.home import Home
from cli.screen import Failure
from services.kit.ids import new_id

PIPELINE: Final = "summarise-translate"
_TEXT: Final = Path(__file__).parent / "texts" / "declaration_of_independence.txt"


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """One demo tenant: how its owner logs in, and its test key."""

    tenant_id: str
    email: str
    password: str
    test_key: str


async def ensure_demo(home: Home, url: str) -> dict[str, str]:
    """Make both demo tenants where they are missing.

    Returns and writes the content of `dev.env`.
    """
    known = home.read_dev_env()
    demo = await _tenant(url, known, "PP_ADMIN", "demo@example.com", "Demo")
    other = await _tenant(url, known, "PP_OTHER", "other@example.com", "Other")
    values = {
        "PP_URL": url,
        "PP_TENANT": demo.tenant_id,
        "PP_ADMIN_EMAIL": demo.email,
        "PP_ADMIN_PASSWORD": demo.password,
        "PP_TEST_KEY": demo.test_key,
        "PP_OTHER_TENANT": other.tenant_id,
        "PP_OTHER_EMAIL": other.email,
        "PP_OTHER_PASSWORD": other.password,
        "PP_OTHER_TEST_KEY": other.test_key,
    }
    home.write_dev_env(values)
    return values


async def _tenant(
    url: str, known: Mapping[str, str], prefix: str, email: str, name: str
) -> DemoTenant:
    key_name = "PP_TEST_KEY" if prefix == "PP_ADMIN" else "PP_OTHER_TEST_KEY"
    tenant_name = "PP_TENANT" if prefix == "PP_ADMIN" else "PP_OTHER_TENANT"
    if known.get(key_name) and await _works(url, known[key_name]):
        return DemoTenant(
            known[tenant_name],
            known[f"{prefix}_EMAIL"],
            known[f"{prefix}_PASSWORD"],
            known[key_name],
        )
    password = secrets.token_urlsafe(12)
    body = {
        "email": email,
        "password": password,
        "display_name": name,
        "tenant_name": name,
    }
    async with Api(url) as api:
        created = await api.post("/v1/sign-up", body, idempotency_key=new_id("req"))
        tokens = await api.post("/v1/auth/tokens", {"email": email, "password": password})
    async with Api(url, tokens["access_token"]) as api:
        wanted = {"name": "dev.env", "environment": "test", "role": "admin"}
        key = await api.post("/v1/api-keys", wanted, idempotency_key=new_id("req"))
    return DemoTenant(created["tenant"]["id"], email, password, key["secret"])


async def _works(url: str, key: str) -> bool:
    async with Api(url, key) as api:
        try:
            await api.get("/v1/tenant")
        except Failure:
            return False
        return True


async def start_main_job(api: Api) -> dict[str, Any]:
    """Start the demo pipeline over a long public-domain text.

    Makes and publishes it at the first time.
    """
    await _ensure_pipeline(api)
    body = {
        "pipeline": PIPELINE,
        "input": {
            "text": _TEXT.read_text(),
            "length": "three sentences",
            "target": "German",
        },
    }
    run: dict[str, Any] = await api.post("/v1/runs", body, idempotency_key=new_id("req"))
    return run


async def _ensure_pipeline(api: Api) -> None:
    found = await api.get("/v1/pipelines", query=PIPELINE)
    pipeline = next((each for each in found["items"] if each["name"] == PIPELINE), None)
    if pipeline is None:
        body = {"name": PIPELINE, "template_id": PIPELINE}
        created = await api.post("/v1/pipelines", body, idempotency_key=new_id("req"))
        pipeline = created["pipeline"]
    if not pipeline["published_version"]:
        number = pipeline["latest_version"]
        await api.post(f"/v1/pipelines/{pipeline['id']}/versions/{number}:publish", {})
