"""A real gRPC server and client inside the test's process: any servicer behind the kit's border."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from services.kit.caller import EVERY_GRANT, Caller
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.rpc.client import PeerChannel, connect
from services.kit.rpc.context import generate_key_pair
from services.kit.rpc.server import Registration, RpcServer
from services.kit.settings import RpcSettings

PRIVATE_KEY, PUBLIC_KEY = generate_key_pair()


def rpc_settings(**peers: str) -> RpcSettings:
    """Make settings of a part called `gateway` whose context every server here believes."""
    return RpcSettings(
        context_private_key=SecretStr(PRIVATE_KEY),
        context_public_keys={"gateway": PUBLIC_KEY},
        peers=peers,
        drain_timeout_s=5,
    )


def member(*permissions: int, tenant: str | None = None) -> Caller:
    """Make a person of a tenant with these permission numbers, all when none is named."""
    mask = sum(1 << number for number in permissions) if permissions else EVERY_GRANT
    return Caller(
        tenant=TenantId(tenant or new_id("ten")),
        actor=ActorId(new_id("usr")),
        kind="user",
        permission_mask=mask,
        environment="test",
        request_id="req-1",
        session_id="ses-1",
    )


@dataclass(frozen=True)
class Served:
    """A server that serves, and a channel to it from `gateway`."""

    server: RpcServer
    channel: PeerChannel
    address: str


@asynccontextmanager
async def served(
    *servicers: Registration, settings: RpcSettings | None = None
) -> AsyncIterator[Served]:
    """Serve these servicers on a free port until the block ends."""
    server = RpcServer(settings or rpc_settings(), servicers)
    await server.start()
    await server.set_serving()
    address = f"127.0.0.1:{server.port}"
    channel = connect("peer", rpc_settings(peer=address), issuer="gateway")
    try:
        yield Served(server, channel, address)
    finally:
        await channel.close()
        await server.drain(pre_drain_s=0)


def stub_of(stub: type[Any], served: Served) -> Any:
    """Make a generated stub over the channel."""
    return stub(served.channel)
