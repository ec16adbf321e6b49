"""The prompts service on real PostgreSQL and NATS, called over gRPC as the gateway calls it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from promptpilot.identity.v1.events_pb2 import TenantCreated
from promptpilot.prompts.v1 import prompts_pb2 as pb
from promptpilot.prompts.v1.datasets_pb2_grpc import DatasetsServiceStub
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from services.identity.rules.roles import Role, mask_of
from services.kit.bus import Bus
from services.kit.caller import EVERY_GRANT, Caller, acting_as
from services.kit.db import Database
from services.kit.envelope import Envelope, encode, event_type
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.inbox import Inbox
from services.kit.migrations import tenant_tree
from services.kit.rpc.client import connect
from services.kit.rpc.context import generate_key_pair
from services.kit.runtime import running
from services.kit.settings import RpcSettings
from services.kit.tenancy import schema_of
from services.kit.work import UnitOfWork
from services.prompts.adapters import read_library
from services.prompts.app import build_for_tests
from services.prompts.consumers import subscriptions
from services.prompts.settings import PromptsSettings
from tests.support.stack import Stack

_PRIVATE_KEY, _PUBLIC_KEY = generate_key_pair()


@dataclass(frozen=True)
class Tenant:
    """A tenant that the service holds, and somebody of it who may do everything."""

    service: "Service"
    id: TenantId
    caller: Caller

    async def call(self, rpc: str, request: Any, caller: Caller | None = None) -> Any:
        """Call an RPC as somebody of this tenant."""
        with acting_as(caller or self.caller):
            return await getattr(self.service.stub, rpc)(request, timeout=30)

    @property
    def datasets(self) -> "Datasets":
        """The service of datasets, as somebody of this tenant calls it."""
        return Datasets(self)

    async def new_prompt(self, text: str = "Tell me about {{topic}}.", **changes: Any) -> pb.Prompt:
        """Create a text prompt."""
        fields: dict[str, Any] = {"name": new_name(), "content": text_content(text)}
        answer = await self.call("CreatePrompt", pb.CreatePromptRequest(**(fields | changes)))
        prompt: pb.Prompt = answer.prompt
        return prompt

    async def new_version(self, prompt: pb.Prompt, text: str) -> pb.PromptVersion:
        """Add a version to a text prompt."""
        request = pb.CreatePromptVersionRequest(prompt_id=prompt.id, content=text_content(text))
        version: pb.PromptVersion = (await self.call("CreatePromptVersion", request)).version
        return version

    async def set_label(
        self, prompt: pb.Prompt, label: str, version: int, **more: Any
    ) -> pb.PromptLabel:
        """Point a label at a version; `more` are fields of the request."""
        request = pb.SetPromptLabelRequest(
            prompt_id=prompt.id, label=label, version=version, **more
        )
        answer: pb.PromptLabel = (await self.call("SetPromptLabel", request)).label
        return answer

    async def remove_label(self, prompt: pb.Prompt, label: str, **more: Any) -> None:
        """Remove a label; `more` are fields of the request."""
        request = pb.DeletePromptLabelRequest(prompt_id=prompt.id, label=label, **more)
        await self.call("DeletePromptLabel", request)

    async def roll_back(self, prompt: pb.Prompt, label: str, **more: Any) -> pb.PromptLabel:
        """Take a label back; `more` are fields of the request."""
        request = pb.RollBackPromptLabelRequest(prompt_id=prompt.id, label=label, **more)
        answer: pb.PromptLabel = (await self.call("RollBackPromptLabel", request)).label
        return answer

    async def history(
        self, prompt: pb.Prompt, label: str = "", **more: Any
    ) -> list[pb.PromptLabelEvent]:
        """Read the first page of what happened to a label, or to all, newest first."""
        request = pb.ListPromptLabelHistoryRequest(prompt_id=prompt.id, label=label, **more)
        return list((await self.call("ListPromptLabelHistory", request)).events)

    async def protect(self, pattern: str, **more: Any) -> pb.LabelPolicy:
        """Make a policy; `more` are fields of the request."""
        request = pb.CreateLabelPolicyRequest(label_pattern=pattern, **more)
        answer: pb.LabelPolicy = (await self.call("CreateLabelPolicy", request)).policy
        return answer

    def as_role(self, role: Role) -> "Tenant":
        """Return the tenant as somebody of this role sees it."""
        caller = Caller(self.id, ActorId(new_id("usr")), "user", mask_of(role))
        return replace(self, caller=caller)

    async def get(self, reference: str) -> pb.Prompt:
        """Read a prompt by id or name."""
        answer = await self.call("GetPrompt", pb.GetPromptRequest(prompt_id=reference))
        prompt: pb.Prompt = answer.prompt
        return prompt

    async def events(self, message: type[Any]) -> list[dict[str, Any]]:
        """Return the bodies of this tenant's events of a type, in the order of their emission."""
        rows = await self.service.stack.query(
            "prompts",
            "SELECT payload FROM control.outbox WHERE tenant_id = $1 AND type = $2 ORDER BY id",
            self.id,
            event_type(message),
        )
        return [json.loads(row["payload"]) for row in rows]

    async def query(self, sql: str, *values: object) -> list[Any]:
        """Ask the tenant's own schema, as `{schema}` in the SQL, from outside of the service."""
        text = sql.format(schema=schema_of(self.id))
        return list(await self.service.stack.query("prompts", text, *values))


@dataclass(frozen=True)
class Datasets:
    """RPCs of DatasetsService by their names, called as somebody of a tenant."""

    tenant: Tenant

    def __getattr__(self, rpc: str) -> Callable[[Any], Awaitable[Any]]:
        """Return what calls an RPC."""

        async def call(request: Any) -> Any:
            with acting_as(self.tenant.caller):
                return await getattr(self.tenant.service.datasets, rpc)(request, timeout=30)

        return call


@dataclass(frozen=True)
class Service:
    """A running prompts service, and the gateway's stubs of it."""

    stack: Stack
    stub: PromptsServiceStub
    datasets: DatasetsServiceStub
    inbox: Inbox

    async def new_tenant(self) -> Tenant:
        """Make a tenant by delivering the event that identity would publish."""
        tenant = TenantId(new_id("ten"))
        await self.deliver_tenant_created(tenant, new_id("evt"))
        return tenant_of(self, tenant)

    async def deliver_tenant_created(self, tenant: TenantId, event_id: str) -> bool:
        """Deliver TenantCreated as the inbox does; False when it was applied before."""
        type_ = event_type(TenantCreated)
        envelope = Envelope(event_id, type_, tenant, datetime.now(UTC), {})
        return await self.inbox.apply(envelope, encode(TenantCreated(tenant_id=tenant)))


def tenant_of(service: Service, tenant: TenantId) -> Tenant:
    """Return a tenant that is held already, and somebody of it who may do everything."""
    return Tenant(service, tenant, Caller(tenant, ActorId(new_id("usr")), "user", EVERY_GRANT))


def new_name() -> str:
    """Make a prompt's name that nobody has."""
    return f"test/{new_id('tst')}"


def text_content(text: str, variables: Sequence[pb.Variable] = (), **more: Any) -> pb.PromptContent:
    """Make the content of a text prompt."""
    return pb.PromptContent(type=pb.PROMPT_TYPE_TEXT, text=text, variables=variables, **more)


def chat_content(*messages: tuple[str, str], **more: Any) -> pb.PromptContent:
    """Make the content of a chat prompt from roles and templates."""
    return pb.PromptContent(
        type=pb.PROMPT_TYPE_CHAT,
        messages=[pb.Message(role=role, content=content) for role, content in messages],
        **more,
    )


async def gather_all(*calls: Any) -> list[Any]:
    """Make calls at the same time; errors are returned, not raised."""
    return list(await asyncio.gather(*calls, return_exceptions=True))


def rpc_settings(**changes: Any) -> RpcSettings:
    """Make settings in which only the gateway's contexts are believed."""
    keys = {"gateway": _PUBLIC_KEY}
    return RpcSettings(
        context_private_key=SecretStr(_PRIVATE_KEY), context_public_keys=keys, **changes
    )


@pytest.fixture(scope="session")
async def service(stack: Stack) -> AsyncIterator[Service]:
    """Run one prompts service for all tests; each makes tenants of its own."""
    settings = PromptsSettings(
        database=await stack.database_for("prompts"), bus=stack.bus(), rpc=rpc_settings()
    )
    database = Database(settings.database)
    work = UnitOfWork(database, tenant_tree("prompts"))
    inbox = Inbox("prompts", work, Bus(settings.bus, "test"), subscriptions(read_library()))
    async with running(build_for_tests(settings)) as process:
        peers = {"prompts": f"127.0.0.1:{process.rpc_port}"}
        channel = connect("prompts", rpc_settings(peers=peers), issuer="gateway")
        try:
            yield Service(stack, PromptsServiceStub(channel), DatasetsServiceStub(channel), inbox)
        finally:
            await channel.close()
            await database.close()


@pytest.fixture
async def tenant(service: Service) -> Tenant:
    """Make a tenant for one test."""
    return await service.new_tenant()


@pytest.fixture
async def other(service: Service) -> Tenant:
    """Make another tenant, who must never see the first one's things."""
    return await service.new_tenant()
