"""Callers of Langfuse's API: with the key pair of a new tenant."""

import base64
from typing import Any

from tests.support.platform_in_process import Answer, Api, Member, Platform

PROMPTS = "/api/public/v2/prompts"


def basic(public: str, secret: str) -> str:
    """Write a pair as HTTP Basic has it."""
    return "Basic " + base64.b64encode(f"{public}:{secret}".encode()).decode()


async def pair_of(platform: Platform, member: Member, **changes: Any) -> Api:
    """Create a key, and call with it as a pair."""
    made, _ = await platform.new_key(member, **changes)
    authorization = basic(made["api_key"]["prefix"], made["secret"])
    return platform.anonymous.with_headers(Authorization=authorization)


async def create(api: Api, name: str, prompt: Any = "Hi {{who}}", **more: Any) -> Any:
    """Create a version, which must succeed."""
    made = await api.post(PROMPTS, {"name": name, "prompt": prompt, **more})
    assert made.status == 201, made.body
    return made.body


def refused(answer: Answer) -> tuple[int, str, str]:
    """Return status, Langfuse's name of the error, and our reason."""
    assert isinstance(answer.body["message"], str)
    assert answer.body["message"]
    return answer.status, answer.body["error"], answer.body["reason"]
