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

from cli.client import Api, Refused
from cli.local.home import Home
from services.kit.ids import new_id

PIPELINE: Final = "summarise-translate"
_TEXT: Final = Path(__file__).parent / "texts" / "declaration_of_independence.txt"


@dataclass(frozen=True, slots=True)
class Names:
    """How the values of one demo tenant are called in `dev.env`."""

    tenant: str
    email: str
    password: str
    key: str


_DEMO: Final = Names("PP_TENANT", "PP_ADMIN_EMAIL", "PP_ADMIN_PASSWORD", "PP_TEST_KEY")
_OTHER: Final = Names("PP_OTHER_TENANT", "PP_OTHER_EMAIL", "PP_OTHER_PASSWORD", "PP_OTHER_TEST_KEY")


async def ensure_demo(home: Home, url: str) -> dict[str, str]:
    """Make both demo tenants where they are missing.

    Returns and writes the content of `dev.env`.
    """
    values = {**home.read_dev_env(), "PP_URL": url}
    for names, name in ((_DEMO, "demo"), (_OTHER, "other")):
        if not values.get(names.key) or not await _works(url, values[names.key]):
            await _make(home, values, names, name)
    home.write_dev_env(values)
    return values


async def _make(home: Home, values: dict[str, str], names: Names, name: str) -> None:
    """Make one tenant and its key.

    The password is on disk before it is used: a start that is cut in the middle is finished by the
    next one. Where it was lost, a tenant with another address is made.
    """
    values.setdefault(names.email, f"{name}@example.com")
    values.setdefault(names.password, secrets.token_urlsafe(12))
    home.write_dev_env(values)
    try:
        await _sign_up(values, names, name)
    except Refused as refused:
        if refused.reason != "EMAIL_TAKEN":
            raise
    try:
        token = await _log_in(values, names)
    except Refused as refused:
        if refused.reason != "WRONG_CREDENTIALS":
            raise
        values[names.email] = f"{name}-{secrets.token_hex(3)}@example.com"
        home.write_dev_env(values)
        await _sign_up(values, names, name)
        token = await _log_in(values, names)
    async with Api(values["PP_URL"], token) as api:
        wanted = {"name": "dev.env", "environment": "test", "role": "admin"}
        key = await api.post("/v1/api-keys", wanted, idempotency_key=new_id("req"))
        values[names.key] = key["secret"]
        values[names.tenant] = (await api.get("/v1/tenant"))["id"]


async def _sign_up(values: Mapping[str, str], names: Names, name: str) -> None:
    body = {
        "email": values[names.email],
        "password": values[names.password],
        "display_name": name.capitalize(),
        "tenant_name": name.capitalize(),
    }
    async with Api(values["PP_URL"]) as api:
        await api.post("/v1/sign-up", body, idempotency_key=new_id("req"))


async def _log_in(values: Mapping[str, str], names: Names) -> str:
    body = {"email": values[names.email], "password": values[names.password]}
    async with Api(values["PP_URL"]) as api:
        answer = await api.post("/v1/auth/tokens", body)
    return str(answer["tokens"]["access_token"])


async def _works(url: str, key: str) -> bool:
    async with Api(url, key) as api:
        try:
            await api.get("/v1/tenant")
        except Refused:
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
