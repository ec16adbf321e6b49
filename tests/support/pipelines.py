"""Pipelines on real PostgreSQL and NATS, called over real gRPC as the gateway calls it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from pydantic import SecretStr

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from promptpilot.pipelines.v1.pipelines_pb2_grpc import PipelinesServiceStub
from promptpilot.prompts.v1 import prompts_pb2
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from services.kit.caller import Caller, acting_as
from services.kit.db import Database
from services.kit.ids import TenantId, new_id
from services.kit.migrations import tenant_tree
from services.kit.rpc.client import connect
from services.kit.rpc.context import generate_key_pair
from services.kit.runtime import Process, running
from services.kit.settings import RpcSettings
from services.kit.work import UnitOfWork
from services.pipelines.app import build_for_tests
from services.pipelines.commands.provision_tenant import provision_tenant
from services.pipelines.settings import PipelinesSettings
from services.prompts.adapters import read_library
from services.prompts.app import build_for_tests as build_prompts
from services.prompts.commands.provision_tenant import (
    provision_tenant as provision_tenant_of_prompts,
)
from services.prompts.settings import PromptsSettings
from tests.support.rpc import PUBLIC_KEY, member, rpc_settings
from tests.support.stack import Stack

_OWN_PRIVATE_KEY, _OWN_PUBLIC_KEY = generate_key_pair()


@dataclass(frozen=True)
class Door:
    """A running pipelines service, the gateway's stub of it, and a tenant to work for."""

    process: Process
    stub: PipelinesServiceStub
    work: UnitOfWork
    prompts: "Prompts"
    caller: Caller

    @property
    def tenant(self) -> TenantId:
        """The tenant that calls are made for."""
        assert self.caller.tenant is not None
        return self.caller.tenant

    def as_caller(self, caller: Caller) -> "Door":
        """Return the same service for another caller."""
        return replace(self, caller=caller)

    async def new_tenant(self) -> "Door":
        """Return the same service for a new tenant."""
        caller = member()
        assert caller.tenant is not None
        async with self.work.begin_control() as tx:
            await provision_tenant(tx, caller.tenant)
        await self.prompts.provision(caller.tenant)
        return self.as_caller(caller)

    @property
    def rpc(self) -> "Rpcs":
        """The RPCs, called for the caller: `await door.rpc.GetPipeline(request)`."""
        return Rpcs(self.stub, self.caller)

    async def create(self, definition: Any = None, **changes: Any) -> pb.CreatePipelineResponse:
        """Create a pipeline of a name of its own."""
        answer: pb.CreatePipelineResponse = await self.rpc.CreatePipeline(
            create_request(definition, **changes)
        )
        return answer

    async def add_version(self, pipeline_id: str, **changes: Any) -> pb.PipelineVersion:
        """Add a version that differs from every other."""
        fields: dict[str, Any] = {
            "pipeline_id": pipeline_id,
            "definition_json": json.dumps(transforms(f"'{new_id('pip')}'")),
        }
        request = pb.CreatePipelineVersionRequest(**(fields | changes))
        answer: pb.CreatePipelineVersionResponse = await self.rpc.CreatePipelineVersion(request)
        return answer.version

    async def get(self, pipeline_id: str) -> pb.Pipeline:
        """Read a pipeline."""
        request = pb.GetPipelineRequest(pipeline_id=pipeline_id)
        answer: pb.GetPipelineResponse = await self.rpc.GetPipeline(request)
        return answer.pipeline

    async def faults(self, definition: Any) -> list[pb.DefinitionFault]:
        """Validate a definition, given as JSON or as text."""
        text = definition if isinstance(definition, str) else json.dumps(definition)
        request = pb.ValidatePipelineRequest(definition_json=text)
        answer: pb.ValidatePipelineResponse = await self.rpc.ValidatePipeline(request)
        return list(answer.faults)


@dataclass(frozen=True)
class Rpcs:
    """A stub whose calls are made for somebody, each with a deadline."""

    _stub: PipelinesServiceStub
    _caller: Caller

    def __getattr__(self, name: str) -> Callable[[Any], Awaitable[Any]]:
        async def call(request: Any) -> Any:
            with acting_as(self._caller):
                return await getattr(self._stub, name)(request, timeout=20)

        return call


def transforms(*expressions: str) -> dict[str, Any]:
    """Make a definition of transform steps `s1`, `s2` …, which needs no prompt."""
    return {
        "schema_version": 1,
        "input": {"type": "object", "properties": {"text": {"type": "string"}}},
        "steps": [
            {"id": f"s{number}", "type": "transform", "expression": expression}
            for number, expression in enumerate(expressions or ("input.text",), 1)
        ],
    }


def create_request(definition: Any = None, **changes: Any) -> pb.CreatePipelineRequest:
    """Make a good request for a new pipeline, changed as wanted."""
    fields: dict[str, Any] = {
        "name": f"tests/{new_id('pip')}",
        "description": "Made by a test.",
        "definition_json": json.dumps(definition or transforms()),
    }
    return pb.CreatePipelineRequest(**(fields | changes))


@dataclass(frozen=True)
class Prompts:
    """The running prompts service that pipelines asks, and the gateway's stub of it."""

    address: str
    stub: PromptsServiceStub
    work: UnitOfWork

    async def create(self, caller: Caller, name: str, text: str) -> None:
        """Create a text prompt of somebody's tenant; its version is `latest` only."""
        content = prompts_pb2.PromptContent(type=prompts_pb2.PROMPT_TYPE_TEXT, text=text)
        request = prompts_pb2.CreatePromptRequest(name=name, content=content)
        call: Any = self.stub.CreatePrompt
        with acting_as(caller):
            await call(request, timeout=20)

    async def provision(self, tenant: TenantId) -> None:
        """Make a tenant there, with the default library."""
        async with self.work.begin_control() as tx:
            await provision_tenant_of_prompts(tx, tenant, read_library())


@asynccontextmanager
async def prompts_running(stack: Stack) -> AsyncIterator[Prompts]:
    """Run a prompts service that believes pipelines and the gateway, until the block ends."""
    rpc = RpcSettings(
        context_private_key=SecretStr(_OWN_PRIVATE_KEY),
        context_public_keys={"gateway": PUBLIC_KEY, "pipelines": _OWN_PUBLIC_KEY},
    )
    database = await stack.database_for("prompts")
    settings = PromptsSettings(database=database, bus=stack.bus(), rpc=rpc)
    own_database = Database(database)
    async with running(build_prompts(settings)) as process:
        address = f"127.0.0.1:{process.rpc_port}"
        channel = connect("prompts", rpc_settings(prompts=address), issuer="gateway")
        try:
            work = UnitOfWork(own_database, tenant_tree("prompts"))
            yield Prompts(address, PromptsServiceStub(channel), work)
        finally:
            await channel.close()
            await own_database.close()


async def settings_for(stack: Stack, *, prompts: str) -> PipelinesSettings:
    """Make settings on the stack; `prompts` is the address of that service."""
    return PipelinesSettings(
        database=await stack.database_for("pipelines"),
        bus=stack.bus(),
        rpc=RpcSettings(
            context_private_key=SecretStr(_OWN_PRIVATE_KEY),
            context_public_keys={"gateway": PUBLIC_KEY},
            peers={"prompts": prompts},
        ),
    )


@asynccontextmanager
async def pipelines_running(settings: PipelinesSettings, prompts: Prompts) -> AsyncIterator[Door]:
    """Run a pipelines service of its own, with a tenant, until the block ends."""
    database = Database(settings.database)
    work = UnitOfWork(database, tenant_tree("pipelines"))
    async with running(build_for_tests(settings)) as process:
        address = f"127.0.0.1:{process.rpc_port}"
        channel = connect("pipelines", rpc_settings(pipelines=address), issuer="gateway")
        try:
            door = Door(process, PipelinesServiceStub(channel), work, prompts, member())
            yield await door.new_tenant()
        finally:
            await channel.close()
            await database.close()
