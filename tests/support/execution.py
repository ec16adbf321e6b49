"""Execution with the prompts and pipelines services that it asks: all real, called over gRPC."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from os import urandom
from typing import Any

from pydantic import SecretStr

from promptpilot.execution.v1 import execution_pb2 as pb
from promptpilot.execution.v1.execution_pb2_grpc import ExecutionServiceStub
from promptpilot.pipelines.v1 import pipelines_pb2
from promptpilot.pipelines.v1.pipelines_pb2_grpc import PipelinesServiceStub
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from services.execution.app import build_for_tests as build_execution
from services.execution.commands.provision_tenant import provision_tenant as provision_execution
from services.execution.settings import ExecutionSettings, SimulatorSettings, WorkerSettings
from services.kit.caller import Caller, acting_as
from services.kit.db import Database
from services.kit.egress import EgressSettings
from services.kit.ids import TenantId, new_id
from services.kit.migrations import tenant_tree
from services.kit.rpc.client import PeerChannel, connect
from services.kit.rpc.context import generate_key_pair
from services.kit.runtime import Process, running
from services.kit.settings import RpcSettings
from services.kit.work import UnitOfWork
from services.pipelines.app import build_for_tests as build_pipelines
from services.pipelines.commands.provision_tenant import provision_tenant as provision_pipelines
from services.pipelines.settings import PipelinesSettings
from services.prompts.adapters import read_library
from services.prompts.app import build_for_tests as build_prompts
from services.prompts.commands.provision_tenant import provision_tenant as provision_prompts
from services.prompts.settings import PromptsSettings
from tests.support.rpc import PUBLIC_KEY, member, rpc_settings
from tests.support.stack import Stack

_PRIVATE_KEY, _PUBLIC_KEY = generate_key_pair()
KEK = SecretStr(b64encode(urandom(32)).decode())
TERMINAL = (pb.RUN_STATE_SUCCEEDED, pb.RUN_STATE_FAILED, pb.RUN_STATE_CANCELLED)
# Short, so that tests of take-over are short.
WORKER = WorkerSettings(lease_s=1.5, poll_s=0.2, watch_s=0.2, drain_s=2, sleep_after_s=2)


@dataclass(frozen=True)
class Rpcs:
    """A stub whose calls are made for somebody, each with a deadline."""

    _stub: Any
    _caller: Caller

    def __getattr__(self, name: str) -> Callable[[Any], Awaitable[Any]]:
        async def call(request: Any) -> Any:
            with acting_as(self._caller):
                return await getattr(self._stub, name)(request, timeout=30)

        return call

    async def stream(
        self, name: str, request: Any, *, at_first: Callable[[], Awaitable[None]] | None = None
    ) -> list[Any]:
        """Read a stream to its end; do something once its first item is there."""
        items: list[Any] = []
        with acting_as(self._caller):
            async for item in getattr(self._stub, name)(request, timeout=30):
                if not items and at_first is not None:
                    await at_first()
                items.append(item)
        return items


@dataclass(frozen=True)
class World:
    """The running services, and the tenant that a test works for."""

    stack: Stack
    settings: ExecutionSettings
    process: Process
    execution: ExecutionServiceStub
    pipelines: PipelinesServiceStub
    prompts: PromptsServiceStub
    works: dict[str, UnitOfWork]
    caller: Caller

    @property
    def tenant(self) -> TenantId:
        """The tenant that calls are made for."""
        assert self.caller.tenant is not None
        return self.caller.tenant

    @property
    def work(self) -> UnitOfWork:
        """Execution's own way to its data."""
        return self.works["execution"]

    @property
    def rpc(self) -> Rpcs:
        """Execution's RPCs, called for the caller."""
        return Rpcs(self.execution, self.caller)

    def as_caller(self, **changes: Any) -> "World":
        """Return the same for a changed caller."""
        return replace(self, caller=replace(self.caller, **changes))

    async def new_tenant(self) -> "World":
        """Return the same for a new tenant, which all three services hold."""
        caller = member()
        assert caller.tenant is not None
        async with self.works["prompts"].begin_control() as tx:
            await provision_prompts(tx, caller.tenant, read_library())
        async with self.works["pipelines"].begin_control() as tx:
            await provision_pipelines(tx, caller.tenant)
        async with self.works["execution"].begin_control() as tx:
            await provision_execution(tx, caller.tenant)
        return replace(self, caller=caller)

    async def pipeline(self, definition: dict[str, Any]) -> str:
        """Create a pipeline; return its id."""
        request = pipelines_pb2.CreatePipelineRequest(
            name=f"tests/{new_id('pip')}", definition_json=json.dumps(definition)
        )
        answer = await Rpcs(self.pipelines, self.caller).CreatePipeline(request)
        return str(answer.pipeline.id)

    async def start(self, definition: dict[str, Any] | str, input: Any = None) -> pb.Run:
        """Start a run of a new pipeline of this definition, or of the pipeline of this id."""
        pipeline = definition if isinstance(definition, str) else await self.pipeline(definition)
        request = pb.StartRunRequest(pipeline=pipeline, input_json=json.dumps(input or {}))
        answer: pb.StartRunResponse = await self.rpc.StartRun(request)
        return answer.run

    async def get(self, run_id: str) -> pb.Run:
        """Read a run."""
        answer: pb.GetRunResponse = await self.rpc.GetRun(pb.GetRunRequest(run_id=run_id))
        return answer.run

    async def until(
        self, run_id: str, is_so: Callable[[pb.Run], bool], seconds: float = 20
    ) -> pb.Run:
        """Wait until something holds for a run."""
        async with asyncio.timeout(seconds):
            while not is_so(run := await self.get(run_id)):
                await asyncio.sleep(0.02)
        return run

    async def ended(self, run_id: str, seconds: float = 20) -> pb.Run:
        """Wait until a run has ended."""
        return await self.until(run_id, lambda run: run.state in TERMINAL, seconds)

    async def finish(self, definition: dict[str, Any] | str, input: Any = None) -> pb.Run:
        """Start a run and wait for its end."""
        return await self.ended((await self.start(definition, input)).id)

    async def events(self, run_id: str) -> list[pb.RunEvent]:
        """Read a run's whole log."""
        request = pb.ListRunEventsRequest(run_id=run_id, page_size=500)
        answer: pb.ListRunEventsResponse = await self.rpc.ListRunEvents(request)
        return list(answer.events)

    async def types(self, run_id: str) -> list[str]:
        """Read a run's log as `type:step`, and check that its numbers have no gap."""
        events = await self.events(run_id)
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))
        return [f"{each.type}:{each.step_id}".rstrip(":") for each in events]

    async def keep_waiting(self) -> None:
        """Let no worker claim anything of the tenant."""
        await self.stack.query(
            "execution",
            "INSERT INTO control.tenant_shares (tenant_id, most_running) VALUES ($1, 0)",
            self.tenant,
        )

    async def go_on(self) -> None:
        """End `keep_waiting`: the worker claims what waits at its next look."""
        await self.stack.query(
            "execution",
            "UPDATE control.tenant_shares SET most_running = NULL WHERE tenant_id = $1",
            self.tenant,
        )

    async def usage_rows(self, run_id: str) -> list[dict[str, Any]]:
        """Read the usage events of a run from the outbox."""
        rows = await self.stack.query(
            "execution",
            "SELECT payload FROM control.outbox WHERE tenant_id = $1 AND type LIKE '%usage%'",
            self.tenant,
        )
        found = [json.loads(row["payload"]) for row in rows]
        return [each for each in found if each.get("run_id", "") == run_id]


def definition(*steps: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Make a definition of steps."""
    return {"schema_version": 1, "input": {"type": "object"}, "steps": list(steps), **parts}


def transform(id: str, expression: str, **parts: Any) -> dict[str, Any]:
    """Make a transform step."""
    return {"id": id, "type": "transform", "expression": expression, **parts}


def condition(id: str, expression: str, **parts: Any) -> dict[str, Any]:
    """Make a condition step; `then` and `else` list step ids."""
    return {"id": id, "type": "condition", "if": expression, **parts}


def prompt(id: str, model: str = "sim-text", text: str = "${input.text}", **parts: Any) -> Any:
    """Make a prompt step that summarises a text."""
    return {
        "id": id,
        "type": "prompt",
        "prompt": {"name": "text-summarization"},
        "variables": {"text": text},
        "model": model,
        **parts,
    }


def chain(length: int) -> dict[str, Any]:
    """Make a definition of transforms, each waiting for the one before."""
    rest = (
        transform(f"s{number}", f"steps.s{number - 1}.output + 1")
        for number in range(2, length + 1)
    )
    return definition(transform("s1", "1"), *rest)


@asynccontextmanager
async def world_running(
    stack: Stack, *, worker: WorkerSettings = WORKER, pace: float = 0
) -> AsyncIterator[World]:
    """Run prompts, pipelines and execution until the block ends."""
    async with AsyncExitStack() as cleanup:
        works: dict[str, UnitOfWork] = {}
        channels: dict[str, PeerChannel] = {}
        addresses: dict[str, str] = {}

        async def serve(name: str, app: Any) -> Process:
            process = await cleanup.enter_async_context(running(app))
            addresses[name] = f"127.0.0.1:{process.rpc_port}"
            channels[name] = connect(name, rpc_settings(**addresses), issuer="gateway")
            cleanup.push_async_callback(channels[name].close)
            own = Database(await stack.database_for(name))
            cleanup.push_async_callback(own.close)
            works[name] = UnitOfWork(own, tenant_tree(name))
            return process

        database = await stack.database_for("prompts")
        bus = stack.bus()
        prompts = PromptsSettings(database=database, bus=bus, rpc=own_rpc(addresses))
        await serve("prompts", build_prompts(prompts))
        database = await stack.database_for("pipelines")
        pipelines = PipelinesSettings(database=database, bus=bus, rpc=own_rpc(addresses))
        await serve("pipelines", build_pipelines(pipelines))
        own = await execution_settings(stack, addresses, worker=worker, pace=pace)
        process = await serve("execution", build_execution(own))
        world = World(
            stack=stack,
            settings=own,
            process=process,
            execution=ExecutionServiceStub(channels["execution"]),
            pipelines=PipelinesServiceStub(channels["pipelines"]),
            prompts=PromptsServiceStub(channels["prompts"]),
            works=works,
            caller=member(),
        )
        yield await world.new_tenant()


async def execution_settings(
    stack: Stack, peers: dict[str, str], *, worker: WorkerSettings = WORKER, pace: float = 0
) -> ExecutionSettings:
    """Make execution's settings on the stack; it may call servers on this machine."""
    return ExecutionSettings(
        database=await stack.database_for("execution"),
        bus=stack.bus(),
        rpc=own_rpc(peers),
        kek=KEK,
        worker=worker,
        depth_interval_s=0.2,
        simulator=SimulatorSettings(pace=pace),
        egress=EgressSettings(allowed_cidrs=("127.0.0.0/8",)),
    )


def own_rpc(peers: dict[str, str]) -> RpcSettings:
    """Make the RPC settings of a service of this world: all of them share a key."""
    keys = dict.fromkeys(("prompts", "pipelines", "execution"), _PUBLIC_KEY)
    return RpcSettings(
        context_private_key=SecretStr(_PRIVATE_KEY),
        context_public_keys={"gateway": PUBLIC_KEY, **keys},
        peers=dict(peers),
        drain_timeout_s=5,
    )
