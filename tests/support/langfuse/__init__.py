"""Langfuse's SDKs as customers' programs run them: unmodified, in processes of their own.

Each is told by lines of JSON what to do, and answers each with a line: `{"ok": …}`, or
`{"error": {"status": …, "body": …}}`. Which platform and which key they use, they read from
`LANGFUSE_BASE_URL`, `LANGFUSE_PUBLIC_KEY` and `LANGFUSE_SECRET_KEY`, as their users' programs do.
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from cli.local.home import REPOSITORY

_HERE: Final = Path(__file__).parent
# The console's tools have the SDK and the Node that runs it: whoever can build it can run this.
_NODE: Final = REPOSITORY / "console" / "node_modules" / ".bin" / "node"
COMMANDS: Final = {
    "python": (sys.executable, str(_HERE / "driver.py")),
    "javascript": (str(_NODE), str(_HERE / "driver.mjs")),
}
_PUBLIC_LENGTH: Final = len("pp_test_") + 8
_MOST_ANSWER: Final = 10_000_000


class SdkError(Exception):
    """What an SDK raised: the status that it was answered, and the body."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Sdk:
    """A running program that uses an SDK."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def do(self, action: str, **asked: Any) -> Any:
        """Let the SDK do something; return what it gave, or raise SdkError."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"do": action, **asked}).encode() + b"\n")
        line = await self._process.stdout.readline()
        answer = json.loads(line)
        if "error" in answer:
            raise SdkError(answer["error"]["status"], answer["error"]["body"])
        return answer["ok"]


@asynccontextmanager
async def running_sdk(language: str, url: str, key: str) -> AsyncIterator[Sdk]:
    """Run a program that uses the SDK of a language with an API key, as a pair."""
    env = {
        **os.environ,
        "LANGFUSE_BASE_URL": url,
        "LANGFUSE_PUBLIC_KEY": key[:_PUBLIC_LENGTH],
        "LANGFUSE_SECRET_KEY": key,
        "LANGFUSE_TRACING_ENABLED": "false",
    }
    process = await asyncio.create_subprocess_exec(
        *COMMANDS[language],
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=env,
        limit=_MOST_ANSWER,
    )
    try:
        yield Sdk(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()
