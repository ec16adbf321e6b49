"""Builders of the events that this service publishes: ids and numbers, never content."""

from promptpilot.billing.v1 import events_pb2 as pb
from services.billing.models import Price, UsageRecord
from services.kit.ids import TenantId


def tenant_provisioned(tenant: TenantId) -> pb.TenantProvisioned:
    """Say that this service holds the tenant."""
    return pb.TenantProvisioned(tenant_id=tenant)


def usage_booked(record: UsageRecord) -> pb.UsageBooked:
    """Say that a use of a model was priced and posted to the ledger."""
    return pb.UsageBooked(
        usage_id=record.id, run_id=record.run_id, cost_nano_usd=record.cost_nano_usd
    )


def price_created(price: Price) -> pb.PriceCreated:
    """Say that an own price was added."""
    return pb.PriceCreated(price_id=price.id)
