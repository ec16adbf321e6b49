"""Bad input at every door: no 5xx, no undocumented status, no response that breaks its schema."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.support.processes import Client, Platform, sign_up
from tests.support.things import make_things

_CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth"
)


# Revoking is asked last, and alone: an id that was read from the list is the key that asks.
_REVOKE = "revokeApiKey"
# They end when the run does, or never.
_STREAMS = ("listRunEvents", "watchPrompts")


@pytest.mark.timeout(900)
async def test_schemathesis_finds_nothing(platform: Platform, tmp_path: Path) -> None:
    _, key = await sign_up(platform)
    async with platform.client(key) as client:
        await make_known(client, tmp_path)
    without = (f"--exclude-operation-id={each}" for each in (_REVOKE, *_STREAMS))
    await check_fuzzed(platform, key, tmp_path, *without)
    async with platform.client(key) as client:
        assert await client.get("/v1/tenant"), "the key must have lived until the end"
    await check_fuzzed(platform, key, tmp_path, f"--include-operation-id={_REVOKE}")


async def make_known(client: Client, folder: Path) -> None:
    """Tell schemathesis one id of each kind, so that not all that it asks for is missing.

    Ids that it makes wrong on purpose, and those that it reads from answers, it uses besides.
    """
    things = await make_things(client)
    lines = (f'"path.{name}" = {json.dumps(value)}' for name, value in things.items())
    (folder / "schemathesis.toml").write_text("\n".join(("[parameters]", *lines, "")))


async def check_fuzzed(platform: Platform, key: str, folder: Path, *options: str) -> None:
    """Fail with schemathesis's report when it finds anything."""
    child = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"{platform.url}/v1/openapi.json",
        f"--header=Authorization: Bearer {key}",
        "--phases=examples,coverage,fuzzing,stateful",
        f"--checks={_CHECKS}",
        f"--max-examples={os.environ.get('PP_FUZZ_EXAMPLES', '10')}",
        "--seed=1",
        "--request-timeout=20",
        # One: threads that make syntax trees at the same time break CPython 3.11 (SystemError: AST
        # constructor recursion depth mismatch, python/cpython#106905).
        "--workers=1",
        "--no-color",
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
    )
    output, _ = await child.communicate()
    assert child.returncode == 0, output.decode()[-12000:]
