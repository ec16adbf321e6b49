"""The whole platform as a customer meets it.

Started by `promptpilot up`, reached over HTTP only.
"""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self

import aiohttp

from cli.local.home import REPOSITORY, Home, State
from cli.local.nats import free_port


class Platform:
    """One running stack in a folder of its own."""

    def __init__(self, folder: Path, env: Mapping[str, str], port: int = 0) -> None:
        self.home = Home(folder)
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._env = {
            **os.environ,
            **env,
            "PP_HOME": str(folder),
            "PP_HTTP_PORT": str(self.port),
        }

    @classmethod
    def of_home(cls, folder: Path) -> Self:
        """Return the platform that runs in a folder."""
        return cls(folder, {}, port=Home(folder).state().http_port)

    def up(self) -> float:
        """Start everything and make the demo tenants; returns how many seconds that took."""
        began = time.monotonic()
        self.cli("up", "--no-demo", timeout_s=150)
        return time.monotonic() - began

    def down(self) -> None:
        """Stop everything; the data stays."""
        self.cli("down", timeout_s=120)

    def cli(self, *arguments: str, timeout_s: float = 60, stdin: str = "", **env: str) -> str:
        """Run `promptpilot …`, which must succeed, and return what it printed."""
        done = self.command(*arguments, timeout_s=timeout_s, stdin=stdin, **env)
        output = done.stdout + done.stderr
        assert done.returncode == 0, f"promptpilot {' '.join(arguments)} failed:\n{output}"
        return output

    def command(
        self, *arguments: str, timeout_s: float = 60, stdin: str = "", **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `promptpilot …` against this stack; a wide terminal, so that no line is broken."""
        return subprocess.run(
            [sys.executable, "-m", "cli", *arguments],
            env={**self._env, "COLUMNS": "400", **env},
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
            input=stdin,
        )

    @property
    def values(self) -> dict[str, str]:
        """What `dev.env` says: keys and passwords of the two demo tenants."""
        return self.home.read_dev_env()

    @property
    def state(self) -> State:
        """What the supervisor says of itself."""
        return self.home.state()

    def kill(self, name: str) -> int:
        """Kill one part without a word (it is started again); returns its process id."""
        pid = self.state.pids[name]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def revived(self, name: str, old_pid: int, seconds: float = 30) -> None:
        """Wait until a killed part runs again under another process id and is ready."""
        async with asyncio.timeout(seconds):
            while self.state.pids.get(name, 0) in (0, old_pid):
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def client(self, key: str) -> AsyncIterator["Client"]:
        """Call the API with a key."""
        async with aiohttp.ClientSession(
            self.url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            timeout=aiohttp.ClientTimeout(total=60),
        ) as session:
            yield Client(session)


class Client:
    """A customer's program: JSON in, JSON out, statuses as they come."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self.session = session

    async def call(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> tuple[int, Any]:
        """Send one request; header names are given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        options: dict[str, Any] = {} if body is None else {"json": body}
        async with self.session.request(method, path, headers=named, **options) as response:
            text = await response.text()
            is_json = "json" in response.headers.get("Content-Type", "")
            return response.status, await response.json(content_type=None) if is_json else text

    async def get(self, path: str) -> Any:
        """GET what must be there."""
        status, body = await self.call("GET", path)
        assert status == 200, (status, body)
        return body

    async def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST what must succeed."""
        status, answer = await self.call("POST", path, body if body is not None else {}, **headers)
        assert status in (200, 201, 204), (status, answer)
        return answer

    async def finished(self, run_id: str, seconds: float = 60) -> Any:
        """Wait until a run has ended, and return it."""
        async with asyncio.timeout(seconds):
            while True:
                run = await self.get(f"/v1/runs/{run_id}")
                if run["state"] in ("succeeded", "failed", "cancelled"):
                    return run
                await asyncio.sleep(0.05)


async def sign_up(platform: Platform, name: str = "Tenant") -> tuple[str, str]:
    """Make a tenant of one's own with an admin's test key; returns (tenant id, key)."""
    email, password = f"{secrets.token_hex(8)}@example.com", secrets.token_urlsafe(16)
    body = {
        "email": email,
        "password": password,
        "display_name": name,
        "tenant_name": name,
        "session_kind": "token",
    }
    async with platform.client("") as anonymous:
        made = await anonymous.post("/v1/sign-up", body)
        tokens = await anonymous.post("/v1/auth/tokens", {"email": email, "password": password})
    async with platform.client(tokens["tokens"]["access_token"]) as owner:
        wanted = {"name": "test", "environment": "test", "role": "admin"}
        key = await owner.post("/v1/api-keys", wanted)
    return made["tenant"]["id"], key["secret"]


@contextmanager
def running_platform(env: Mapping[str, str] | None = None) -> Iterator[Platform]:
    """Run a platform in a temporary folder.

    PP_E2E_HOME names one that runs already and is left running: for the person who writes a test
    and wants its answer in seconds. Nothing that `env` says reaches it.
    """
    if os.environ.get("PP_E2E_HOME"):
        yield Platform.of_home(Path(os.environ["PP_E2E_HOME"]))
        return
    with tempfile.TemporaryDirectory(prefix="pp-e2e-", ignore_cleanup_errors=True) as folder:
        platform = Platform(Path(folder), env or {})
        try:
            platform.up()
            yield platform
        finally:
            platform.down()
