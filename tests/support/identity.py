"""Identity on real PostgreSQL and NATS, called over real gRPC as the gateway calls it."""

import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import SecretStr

from promptpilot.identity.v1 import identity_pb2 as pb
from promptpilot.identity.v1.identity_pb2_grpc import IdentityServiceStub
from services.identity.app import build_for_tests
from services.identity.rules.roles import Role, mask_of
from services.identity.settings import IdentitySettings, PasswordSettings
from services.kit.caller import Caller, acting_as
from services.kit.clock import Clock
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.rpc.client import connect
from services.kit.rpc.context import generate_key_pair
from services.kit.runtime import Process, running
from services.kit.settings import RpcSettings
from tests.support.stack import Stack

PASSWORD = "correct horse battery"
# One for all identities of a test session: they share a database, and open what others seal.
KEK = base64.b64encode(os.urandom(32)).decode()
_PRIVATE_KEY, _PUBLIC_KEY = generate_key_pair()
# The real algorithm with the least work: these tests are about what is around it.
CHEAP = PasswordSettings(time_cost=1, memory_kib=64, parallelism=1)


@dataclass(frozen=True)
class Door:
    """A running identity service, and the gateway's stub of it."""

    process: Process
    stub: IdentityServiceStub

    async def call(self, rpc: str, request: Any, caller: Caller | None = None) -> Any:
        """Call an RPC on behalf of somebody; nobody is logged in by default."""
        with acting_as(caller or Caller.anonymous()):
            return await getattr(self.stub, rpc)(request, timeout=20)

    async def sign_up(self, **changes: Any) -> pb.SignUpResponse:
        """Sign somebody new up."""
        answer: pb.SignUpResponse = await self.call("SignUp", sign_up_request(**changes))
        return answer

    async def new_key(self, caller: Caller, **changes: Any) -> pb.CreateApiKeyResponse:
        """Create an API key."""
        answer: pb.CreateApiKeyResponse = await self.call(
            "CreateApiKey", api_key_request(**changes), caller
        )
        return answer


def sign_up_request(**changes: Any) -> pb.SignUpRequest:
    """Make a good sign-up of somebody new, changed as wanted."""
    fields: dict[str, Any] = {
        "email": new_email(),
        "password": PASSWORD,
        "display_name": "Ada Lovelace",
        "tenant_name": "Analytical Engines",
        "session_kind": pb.SESSION_KIND_TOKEN,
    }
    return pb.SignUpRequest(**(fields | changes))


def api_key_request(**changes: Any) -> pb.CreateApiKeyRequest:
    """Make a good request for an API key, changed as wanted."""
    fields: dict[str, Any] = {
        "name": "Nightly build",
        "environment": pb.ENVIRONMENT_TEST,
        "role": pb.ROLE_EDITOR,
    }
    return pb.CreateApiKeyRequest(**(fields | changes))


def new_email() -> str:
    """Make an address that nobody has."""
    return f"{new_id('usr').removeprefix('usr_')}@example.com"


def member(signed_up: pb.SignUpResponse, role: Role = Role.OWNER) -> Caller:
    """Make the caller that the gateway makes of somebody who signed up."""
    return Caller(
        tenant=TenantId(signed_up.tenant.id),
        actor=ActorId(signed_up.user.id),
        kind="user",
        permission_mask=mask_of(role),
        session_id=signed_up.tokens.session_id,
    )


def key_caller(created: pb.CreateApiKeyResponse, tenant_id: str) -> Caller:
    """Make the caller that the gateway makes of an API key."""
    environment: Literal["test", "live"] = (
        "live" if created.api_key.environment == pb.ENVIRONMENT_LIVE else "test"
    )
    role = Role(pb.Role.Name(created.api_key.role).removeprefix("ROLE_").lower())
    return Caller(
        tenant=TenantId(tenant_id),
        actor=ActorId(created.api_key.id),
        kind="key",
        permission_mask=mask_of(role),
        environment=environment,
    )


def gateway() -> Caller:
    """Make the caller that the gateway itself is."""
    return Caller.service("gateway")


async def settings_for(stack: Stack, **changes: Any) -> IdentitySettings:
    """Make settings on the stack: tenants are live at once unless changed."""
    fields: dict[str, Any] = {
        "database": await stack.database_for("identity"),
        "bus": stack.bus(),
        "rpc": RpcSettings(
            context_private_key=SecretStr(_PRIVATE_KEY),
            context_public_keys={"gateway": _PUBLIC_KEY},
        ),
        "kek": SecretStr(KEK),
        "required_services": (),
        "passwords": CHEAP,
    }
    return IdentitySettings(**(fields | changes))


@asynccontextmanager
async def identity_running(
    settings: IdentitySettings, clock: Clock | None = None
) -> AsyncIterator[Door]:
    """Run an identity service of its own until the block ends."""
    async with running(build_for_tests(settings, clock=clock)) as process, door_to(process) as door:
        yield door


@asynccontextmanager
async def door_to(process: Process) -> AsyncIterator[Door]:
    """Open the gateway's channel to a running process."""
    settings = RpcSettings(
        context_private_key=SecretStr(_PRIVATE_KEY),
        context_public_keys={"gateway": _PUBLIC_KEY},
        peers={"identity": f"127.0.0.1:{process.rpc_port}"},
    )
    channel = connect("identity", settings, issuer="gateway")
    try:
        yield Door(process, IdentityServiceStub(channel))
    finally:
        await channel.close()


def unverified_claims(access_token: str) -> dict[str, Any]:
    """Return what an access token claims, without looking at its signature."""
    claims: dict[str, Any] = json.loads(from_base64url(access_token.split(".")[1]))
    return claims


def from_base64url(text: str) -> bytes:
    """Decode a part of a JWT."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
