"""Puts the pipelines service together."""

from typing import Final

from promptpilot.pipelines.v1.pipelines_pb2_grpc import add_PipelinesServiceServicer_to_server
from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.db import Database
from services.kit.inbox import Inbox
from services.kit.migrations import tenant_tree
from services.kit.outbox import Relay
from services.kit.rpc.client import connect
from services.kit.runtime import App
from services.kit.work import UnitOfWork
from services.pipelines import consumers
from services.pipelines.adapters import RemotePrompts
from services.pipelines.servicer import PipelinesServicer
from services.pipelines.settings import PipelinesSettings

NAME: Final = "pipelines"


def build(settings: PipelinesSettings) -> App:
    """Make the service from its settings; nothing is opened yet."""
    return build_for_tests(settings)


def build_for_tests(settings: PipelinesSettings, *, clock: Clock | None = None) -> App:
    """Make the service with another clock."""
    database = Database(settings.database)
    bus = Bus(settings.bus, NAME)
    work = UnitOfWork(database, tenant_tree(NAME), clock)
    channel = connect("prompts", settings.rpc, issuer=NAME)
    prompts = RemotePrompts(PromptsServiceStub(channel), timeout_s=settings.prompts_timeout_s)
    servicer = PipelinesServicer(work, prompts)
    return App(
        name=NAME,
        settings=settings,
        servicers=[(add_PipelinesServiceServicer_to_server, servicer)],
        database=database,
        bus=bus,
        background=[
            Relay(NAME, work, bus).run,
            Inbox(NAME, work, bus, consumers.subscriptions()).run,
        ],
        on_close=[channel.close],
    )
