"""Puts the prompts service together."""

from typing import Final

from promptpilot.prompts.v1.datasets_pb2_grpc import add_DatasetsServiceServicer_to_server
from promptpilot.prompts.v1.prompts_pb2_grpc import add_PromptsServiceServicer_to_server
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.db import Database
from services.kit.inbox import Inbox
from services.kit.migrations import tenant_tree
from services.kit.outbox import Relay
from services.kit.runtime import App
from services.kit.work import UnitOfWork
from services.prompts import consumers
from services.prompts.adapters import read_library
from services.prompts.commands.index_prompts import SearchIndex
from services.prompts.jobs import Reindexer
from services.prompts.rules.search.embedding import LocalHashing
from services.prompts.servicer.datasets import DatasetsServicer
from services.prompts.servicer.service import PromptsServicer
from services.prompts.settings import PromptsSettings

NAME: Final = "prompts"


def build(settings: PromptsSettings) -> App:
    """Make the service from its settings; nothing is opened yet."""
    return build_for_tests(settings)


def build_for_tests(settings: PromptsSettings, *, clock: Clock | None = None) -> App:
    """Make the service with another clock."""
    database = Database(settings.database)
    bus = Bus(settings.bus, NAME)
    work = UnitOfWork(database, tenant_tree(NAME), clock)
    library = read_library()
    index = SearchIndex(LocalHashing())
    inbox = Inbox(NAME, work, bus, consumers.subscriptions(library))
    return App(
        name=NAME,
        settings=settings,
        servicers=[
            (add_PromptsServiceServicer_to_server, PromptsServicer(work, library, index)),
            (add_DatasetsServiceServicer_to_server, DatasetsServicer(work)),
        ],
        database=database,
        bus=bus,
        background=[
            Relay(NAME, work, bus).run,
            inbox.run,
            Reindexer(work, index, settings.reindex_interval_s).run,
        ],
    )
