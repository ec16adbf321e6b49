"""Puts the billing service together."""

from typing import Final

from promptpilot.billing.v1.billing_pb2_grpc import add_BillingServiceServicer_to_server
from services.billing import consumers
from services.billing.adapters import GenaiCatalogue
from services.billing.rules.costs import Rates
from services.billing.servicer import BillingServicer
from services.billing.settings import BillingSettings, FallbackPriceSettings
from services.kit.bus import Bus
from services.kit.clock import Clock
from services.kit.db import Database
from services.kit.inbox import Inbox
from services.kit.migrations import tenant_tree
from services.kit.outbox import Relay
from services.kit.runtime import App
from services.kit.work import UnitOfWork

NAME: Final = "billing"


def build(settings: BillingSettings) -> App:
    """Make the service from its settings; nothing is opened yet."""
    return build_for_tests(settings)


def build_for_tests(settings: BillingSettings, *, clock: Clock | None = None) -> App:
    """Make the service with another clock."""
    database = Database(settings.database)
    bus = Bus(settings.bus, NAME)
    work = UnitOfWork(database, tenant_tree(NAME), clock)
    catalogue = GenaiCatalogue()
    fallback = _fallback(settings.fallback_price)
    subscriptions = consumers.subscriptions(catalogue, fallback)
    return App(
        name=NAME,
        settings=settings,
        servicers=[
            (add_BillingServiceServicer_to_server, BillingServicer(work, catalogue, fallback)),
        ],
        database=database,
        bus=bus,
        background=[Relay(NAME, work, bus).run, Inbox(NAME, work, bus, subscriptions).run],
    )


def _fallback(price: FallbackPriceSettings) -> Rates:
    """Return the rates of a model that nobody knows: cached tokens are no cheaper than others."""
    return Rates(
        input=price.input_nano_usd_per_million_tokens,
        cached_input=price.input_nano_usd_per_million_tokens,
        output=price.output_nano_usd_per_million_tokens,
        reasoning=price.output_nano_usd_per_million_tokens,
    )
