"""`promptpilot migrate`: every database and every tenant schema to the newest revision."""

import asyncio
import os
from typing import Annotated, Final

import asyncpg
import typer
from alembic.util import CommandError
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import SQLAlchemyError

from cli.local.databases import SERVICES, create_databases, service_url
from cli.local.home import Home
from cli.local.postgres import EmbeddedPostgres
from cli.screen import Failure, err, explained, fail, out
from services.kit import fanout

# What a server that is away, refuses or knows a newer schema says.
_TROUBLE: Final = (
    RuntimeError,
    OSError,
    ValueError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    SQLAlchemyError,
    CommandError,
)


def migrate(
    service: Annotated[
        list[str] | None, typer.Option(help="Only this service; may be given several times.")
    ] = None,
) -> None:
    """Bring every database and tenant schema to the newest revision.

    Works on the local stack (it must run), or on the server of PP_ADMIN_DATABASE_URL with the
    services' passwords in PP_<SERVICE>_DATABASE_PASSWORD. It can be stopped and run again: it goes
    on where it was.
    """
    unknown = set(service or ()) - set(SERVICES)
    if unknown:
        fail(f"unknown service: {', '.join(sorted(unknown))}", f"one of {', '.join(SERVICES)}")
    with explained():
        urls = {name: url for name, url in _urls().items() if not service or name in service}
        failures = asyncio.run(_migrate_all(urls))
    for failure in failures:
        err.print(f"[bold red]✗[/] {escape(failure)}")
    if failures:
        raise typer.Exit(1)
    out.print("✓ every schema is at the newest revision")


async def _migrate_all(urls: dict[str, str]) -> list[str]:
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn())
    failures = []
    with Progress(*columns, TimeElapsedColumn(), console=out) as progress:
        for service, url in urls.items():
            task = progress.add_task(service, total=None)

            def report(step: fanout.Progress, task: object = task) -> None:
                progress.update(task, total=step.total, completed=step.done)  # type: ignore[arg-type] # rich's own id

            try:
                await fanout.migrate(service, url, report=report)
            except _TROUBLE as error:
                failures.append(f"{service}: {str(error).removeprefix(f'{service}: ')}")
            if progress.tasks[-1].total is None:
                progress.update(task, total=1, completed=1)
    return failures


def _urls() -> dict[str, str]:
    admin_url = os.environ.get("PP_ADMIN_DATABASE_URL")
    if admin_url:
        passwords = {
            service: os.environ.get(f"PP_{service.upper()}_DATABASE_PASSWORD", "")
            for service in SERVICES
        }
        missing = [service for service, password in passwords.items() if not password]
        if missing:
            fail(
                f"no password for the role of {', '.join(missing)}",
                f"set PP_{missing[0].upper()}_DATABASE_PASSWORD",
            )
        try:
            asyncio.run(create_databases(admin_url, passwords))
        except _TROUBLE as error:
            raise Failure(f"PP_ADMIN_DATABASE_URL: {error}") from error
    else:
        home = Home.from_environment()
        if home.running() is None:
            raise Failure("nothing is running\nstart it, which migrates as well: promptpilot up")
        secrets = home.secrets()
        admin_url = EmbeddedPostgres(home.postgres, secrets.postgres_password).url("postgres")
        passwords = secrets.role_passwords
    return {service: service_url(admin_url, service, passwords[service]) for service in SERVICES}
