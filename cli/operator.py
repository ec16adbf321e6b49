"""What only an operator may do.

RPCs to the services themselves, signed with the command line's own key.
"""

from dataclasses import dataclass

from pydantic import SecretStr

from cli.local.home import Home
from cli.local.parts import peers_of
from cli.screen import Failure
from promptpilot.identity.v1 import identity_pb2
from promptpilot.identity.v1.identity_pb2_grpc import IdentityServiceStub
from services.kit.caller import Caller, acting_as
from services.kit.errors import AppError
from services.kit.rpc.client import connect
from services.kit.settings import RpcSettings


@dataclass(frozen=True, slots=True)
class TenantLine:
    """A tenant, as the operator's list shows it."""

    id: str
    name: str
    state: str
    created: str


async def list_tenants(home: Home) -> list[TenantLine]:
    """Return all tenants of the local stack, oldest first."""
    state = home.running()
    if state is None:
        raise Failure("nothing is running\nstart it: promptpilot up")
    secrets = home.secrets()
    settings = RpcSettings(
        context_private_key=SecretStr(secrets.context_private_keys["cli"]),
        context_public_keys=secrets.context_public_keys,
        peers=peers_of("cli", state.ports),
    )
    channel = connect("identity", settings, issuer="cli")
    lines: list[TenantLine] = []
    try:
        stub = IdentityServiceStub(channel)
        with acting_as(Caller.service("cli")):
            token = ""
            while True:
                request = identity_pb2.ListTenantsRequest(page_size=200, page_token=token)
                answer = await stub.ListTenants(request, timeout=10)
                lines += [_line(tenant) for tenant in answer.tenants]
                token = answer.next_page_token
                if not token:
                    return lines
    except AppError as error:
        raise Failure(error.message) from error
    finally:
        await channel.close()


def _line(tenant: identity_pb2.Tenant) -> TenantLine:
    state = identity_pb2.TenantState.Name(tenant.state).removeprefix("TENANT_STATE_").lower()
    created = tenant.create_time.ToDatetime().strftime("%Y-%m-%d %H:%M")
    return TenantLine(tenant.id, tenant.name, state, created)
