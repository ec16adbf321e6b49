"""`promptpilot doctor`: what is wrong with this stack, and how to mend it."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

import asyncpg
import typer
from rich.markup import escape

from cli.commands.status import readiness
from cli.local.children import tail
from cli.local.databases import SERVICES, service_url
from cli.local.home import REPOSITORY, Home, State
from cli.local.postgres import EmbeddedPostgres
from cli.screen import out
from services.kit.db import asyncpg_dsn
from services.kit.fanout import find_drift
from services.kit.migrations import control_tree, tenant_tree

_LEAST_DISK_GIB: Final = 2
_OLD_EVENT_S: Final = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `remedy` is empty when it is fine."""

    what: str
    remedy: str = ""


def doctor() -> None:
    """Look at everything that usually goes wrong; exit code 1 when something is."""
    home = Home.from_environment()
    findings = asyncio.run(_collect(home))
    for finding in findings:
        mark = "[bold red]✗[/]" if finding.remedy else "[green]✓[/]"
        out.print(f"{mark} {escape(finding.what)}")
        if finding.remedy:
            out.print(f"  [yellow]→[/] {escape(finding.remedy)}")
    if any(finding.remedy for finding in findings):
        raise typer.Exit(1)


async def _collect(home: Home) -> list[Finding]:
    findings = [_python(), _disk(home), _console(), _secrets(home)]
    state = home.running()
    if state is None:
        log = tail(home.logs / "supervisor.log", 3)
        findings.append(Finding("nothing is running", f"promptpilot up · last words: {log}"))
        return findings
    findings.append(Finding(f"supervisor runs (process {state.supervisor_pid}, {state.phase})"))
    for name, problem in (await readiness(state)).items():
        remedy = f"{problem} · see {home.logs / name}.log" if problem else ""
        findings.append(Finding(f"{name} is {'not ready' if problem else 'ready'}", remedy))
    findings += [
        Finding(f"{name} was restarted {count} times", f"see {home.logs / name}.log")
        for name, count in state.restarts.items()
        if count > 1
    ]
    return findings + await _databases(home, state)


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    is_fine = sys.version_info >= (3, 11)
    return Finding(f"Python {version}", "" if is_fine else "install Python 3.11 or newer")


def _disk(home: Home) -> Finding:
    folder = next(each for each in (home.root, *home.root.parents) if each.exists())
    free = shutil.disk_usage(folder).free / 2**30
    remedy = "" if free > _LEAST_DISK_GIB else "free some space, or move PP_HOME to a larger disk"
    return Finding(f"{free:.1f} GiB free for {home.root}", remedy)


def _console() -> Finding:
    is_built = (REPOSITORY / "console" / "dist" / "index.html").exists()
    return Finding(
        "console is built" if is_built else "console is not built",
        "" if is_built else "make up builds it; by hand: npm ci && npm run build in console/",
    )


def _secrets(home: Home) -> Finding:
    path = home.root / "secrets.json"
    if not path.exists():
        return Finding("no secrets yet: made at the first start")
    is_private = path.stat().st_mode & 0o077 == 0 and path.stat().st_uid == os.geteuid()
    remedy = "" if is_private else f"chmod 600 {path}"
    return Finding(
        "secrets.json is readable by its owner only" if is_private else "secrets.json is open",
        remedy,
    )


async def _databases(home: Home, state: State) -> list[Finding]:
    secrets = home.secrets()
    admin_url = EmbeddedPostgres(home.postgres, secrets.postgres_password).url("postgres")
    findings: list[Finding] = []
    if not state.pids.get("postgres"):
        return [Finding("PostgreSQL does not run", f"see {home.postgres}/postgres.log")]
    for service in SERVICES:
        url = service_url(admin_url, service, secrets.role_passwords[service])
        try:
            findings += [finding async for finding in _database(service, url)]
        except (OSError, asyncpg.PostgresError) as error:
            findings.append(
                Finding(f"{service}: database does not answer", f"{type(error).__name__}: {error}")
            )
    return findings


async def _database(service: str, url: str) -> AsyncIterator[Finding]:
    connection = await asyncpg.connect(asyncpg_dsn(url), timeout=5)
    try:
        version = await connection.fetchval("SELECT version_num FROM control.alembic_version")
        behind = await connection.fetchval(
            "SELECT count(*) FROM control.tenants WHERE revision <> $1", tenant_tree(service).head
        )
        oldest = await connection.fetchval(
            "SELECT extract(epoch FROM now() - min(create_time))::float8 FROM control.outbox "
            "WHERE publish_time IS NULL"
        )
        dead = await connection.fetchval("SELECT count(*) FROM control.dead_letters")
    finally:
        await connection.close()
    is_current = version == control_tree(service).head and not behind
    yield Finding(
        f"{service}: schema {version}, {behind} tenants behind",
        "" if is_current else "promptpilot migrate",
    )
    if oldest and oldest > _OLD_EVENT_S:
        yield Finding(f"{service}: events wait for {oldest:.0f} s", "is NATS up? see nats.log")
    if dead:
        yield Finding(
            f"{service}: {dead} events could not be applied",
            "control.dead_letters says why; mend the cause, then restart the service to replay",
        )
    drifted = await find_drift(url)
    if drifted:
        yield Finding(
            f"{service}: {len(drifted)} schemas differ", f"look at {', '.join(drifted[:3])}"
        )
