"""Bad input at every door: no 5xx, no undocumented status, no response that breaks its schema."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.support.processes import Platform, sign_up

_CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth"
)


@pytest.mark.timeout(900)
async def test_schemathesis_finds_nothing(platform: Platform, tmp_path: Path) -> None:
    _, key = await sign_up(platform)
    program = Path(sys.executable).parent / "schemathesis"
    command = [
        str(program),
        "run",
        f"{platform.url}/v1/openapi.json",
        f"--header=Authorization: Bearer {key}",
        "--phases=examples,coverage,fuzzing",
        f"--checks={_CHECKS}",
        # Signing out by fuzzing would end nothing but our own work; keys are revoked as garbage
        # ids.
        "--exclude-path=/v1/runs/{run_id}/events",
        f"--max-examples={os.environ.get('PP_FUZZ_EXAMPLES', '10')}",
        "--seed=1",
        "--request-timeout=20",
        "--workers=2",
        "--no-color",
    ]
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, cwd=tmp_path
    )
    output, _ = await child.communicate()
    assert child.returncode == 0, output.decode()[-12000:]
