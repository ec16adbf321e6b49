"""`promptpilot tenant`: create and list tenants."""

import asyncio
import getpass
import os
from typing import Annotated

import typer
from rich.table import Table

from cli.client import Api
from cli.local.home import Home
from cli.operator import list_tenants
from cli.screen import Failure, explained, out
from services.kit.ids import new_id

app = typer.Typer(help="Create and list tenants.", no_args_is_help=True)


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="Name of the tenant.")],
    email: Annotated[str, typer.Option(help="E-mail of its owner.")],
    owner: Annotated[str, typer.Option(help="Name of its owner.")] = "Owner",
) -> None:
    """Create a tenant with its owner. The password is asked for, or read from PP_PASSWORD."""
    with explained():
        password = os.environ.get("PP_PASSWORD") or getpass.getpass("password: ")
        body = {
            "email": email,
            "password": password,
            "display_name": owner,
            "tenant_name": name,
        }
        answer = asyncio.run(_create(body))
        out.print(f"✓ {answer['id']} {answer['name']} ({answer['state']})")


async def _create(body: dict[str, str]) -> dict[str, str]:
    url = os.environ.get("PP_URL") or Home.from_environment().read_dev_env().get("PP_URL", "")
    if not url:
        raise Failure("no stack\nset PP_URL, or start one: promptpilot up")
    async with Api(url) as api:
        answer = await api.post("/v1/sign-up", body, idempotency_key=new_id("req"))
        tenant: dict[str, str] = answer["tenant"]
        return tenant


@app.command("list")
def list_() -> None:
    """List the tenants of the local stack, oldest first."""
    with explained():
        tenants = asyncio.run(list_tenants(Home.from_environment()))
        table = Table(box=None, pad_edge=False)
        for title in ("id", "name", "state", "created"):
            table.add_column(title)
        for tenant in tenants:
            table.add_row(tenant.id, tenant.name, tenant.state, tenant.created)
        out.print(table)
