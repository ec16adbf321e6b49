"""Puts the execution service together."""

from typing import Final

from promptpilot.execution.v1.execution_pb2_grpc import add_ExecutionServiceServicer_to_server
from promptpilot.pipelines.v1.pipelines_pb2_grpc import PipelinesServiceStub
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from services.execution import consumers
from services.execution.adapters.live import BusFeeds, BusLive
from services.execution.adapters.models.simulator import MODELS, Simulator
from services.execution.adapters.services import RemotePipelines, RemotePrompts
from services.execution.commands.find_model import ModelDirectory
from services.execution.commands.perform_step import StepPerformer
from services.execution.commands.slow_lane import SlowLane
from services.execution.jobs.queue_depth import QueueDepth
from services.execution.jobs.worker import Announcer, Worker, WorkerParts
from services.execution.servicer.parts import Parts
from services.execution.servicer.service import ExecutionServicer
from services.execution.settings import ExecutionSettings
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.db import Database
from services.kit.egress import Egress
from services.kit.inbox import Inbox
from services.kit.migrations import tenant_tree
from services.kit.outbox import Relay
from services.kit.rpc.client import connect
from services.kit.runtime import App
from services.kit.seal import Sealer
from services.kit.work import UnitOfWork

NAME: Final = "execution"


def build(settings: ExecutionSettings) -> App:
    """Make the service from its settings; nothing is opened yet."""
    return build_for_tests(settings)


def build_for_tests(settings: ExecutionSettings, *, clock: Clock | None = None) -> App:
    """Make the service with another clock."""
    database = Database(settings.database)
    bus = Bus(settings.bus, NAME)
    work = UnitOfWork(database, tenant_tree(NAME), clock)
    relay = Relay(NAME, work, bus)
    sealer, egress = Sealer(settings.kek), Egress(settings.egress)
    channels = {peer: connect(peer, settings.rpc, issuer=NAME) for peer in ("pipelines", "prompts")}
    prompts = RemotePrompts(PromptsServiceStub(channels["prompts"]))
    models = ModelDirectory(work, sealer, egress, Simulator(pace=settings.simulator.pace))
    slow = SlowLane()
    worker = Worker(
        WorkerParts(
            database=database,
            bus=bus,
            performer=StepPerformer(prompts, models, egress, slow),
            live=BusLive(bus),
            clock=work.clock,
            settings=settings.worker,
            slow=slow,
            nudge=relay.nudge,
        )
    )
    parts = Parts(
        work=work,
        pipelines=RemotePipelines(PipelinesServiceStub(channels["pipelines"])),
        prompts=prompts,
        models=models,
        simulated=MODELS,
        feeds=BusFeeds(bus),
        sealer=sealer,
        egress=egress,
        announcer=Announcer(worker, bus),
    )
    return App(
        name=NAME,
        settings=settings,
        servicers=[(add_ExecutionServiceServicer_to_server, ExecutionServicer(parts))],
        database=database,
        bus=bus,
        background=[
            relay.run,
            Inbox(NAME, work, bus, consumers.subscriptions()).run,
            worker.run,
            QueueDepth(work, settings.depth_interval_s).run,
        ],
        on_close=[egress.close, slow.close, *(channel.close for channel in channels.values())],
    )
