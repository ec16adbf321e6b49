"""Every metric of a process, in one registry.

No label names a tenant or a user: those numbers are in PostgreSQL.
"""

from typing import Final

from prometheus_client import (
    GC_COLLECTOR,
    PLATFORM_COLLECTOR,
    PROCESS_COLLECTOR,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
)
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST, generate_latest

REGISTRY: Final = CollectorRegistry(auto_describe=True)
for _collector in (GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR):
    REGISTRY.register(_collector)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_LATENCY_BUCKETS_S: Final = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1,
    2.5,
    5,
    10,
    30,
    120,
)

RPC_SECONDS: Final = Histogram(
    "promptpilot_rpc_server_seconds",
    "How long RPCs took, from the first byte of the request to the end of the answer.",
    ("service", "method"),
    buckets=_LATENCY_BUCKETS_S,
    registry=REGISTRY,
)
RPC_HANDLED: Final = Counter(
    "promptpilot_rpc_server_handled",
    "RPCs that ended, by gRPC status code; the rate and the errors.",
    ("service", "method", "code"),
    registry=REGISTRY,
)
RPC_IN_FLIGHT: Final = Gauge(
    "promptpilot_rpc_server_in_flight",
    "RPCs being served now.",
    registry=REGISTRY,
)
RPC_CLIENT_SECONDS: Final = Histogram(
    "promptpilot_rpc_client_seconds",
    "How long outgoing RPCs took, retries included.",
    ("peer", "method"),
    buckets=_LATENCY_BUCKETS_S,
    registry=REGISTRY,
)
RPC_CLIENT_HANDLED: Final = Counter(
    "promptpilot_rpc_client_handled",
    "Outgoing RPCs that ended, by gRPC status code.",
    ("peer", "method", "code"),
    registry=REGISTRY,
)
RPC_CLIENT_RETRIES: Final = Counter(
    "promptpilot_rpc_client_retries",
    "Attempts made again because the peer was unavailable.",
    ("peer", "method"),
    registry=REGISTRY,
)

DB_POOL_CONNECTIONS: Final = Gauge(
    "promptpilot_db_pool_connections",
    "Connections of the pool, by state: in_use, idle, overflow.",
    ("database", "state"),
    registry=REGISTRY,
)
DB_POOL_WAIT_SECONDS: Final = Histogram(
    "promptpilot_db_pool_wait_seconds",
    "How long a transaction waited for a connection.",
    ("database",),
    buckets=_LATENCY_BUCKETS_S,
    registry=REGISTRY,
)

OUTBOX_LAG_SECONDS: Final = Gauge(
    "promptpilot_outbox_lag_seconds",
    "Age of the oldest event that is committed and not yet published; 0 when there is none.",
    ("service",),
    registry=REGISTRY,
)
OUTBOX_PUBLISHED: Final = Counter(
    "promptpilot_outbox_published",
    "Events published and acknowledged.",
    ("service",),
    registry=REGISTRY,
)
CONSUMER_PENDING: Final = Gauge(
    "promptpilot_consumer_pending",
    "Events that wait to be consumed.",
    ("service", "producer"),
    registry=REGISTRY,
)
CONSUMER_LAG_SECONDS: Final = Gauge(
    "promptpilot_consumer_lag_seconds",
    "Age of the last consumed event when it was consumed.",
    ("service", "producer"),
    registry=REGISTRY,
)
CONSUMER_HANDLED: Final = Counter(
    "promptpilot_consumer_handled",
    "Events consumed, by outcome: applied, duplicate, retried, dead.",
    ("service", "producer", "outcome"),
    registry=REGISTRY,
)

BACKGROUND_CRASHES: Final = Counter(
    "promptpilot_background_crashes",
    "Times a background task ended by an error and was started again.",
    ("task",),
    registry=REGISTRY,
)


def exposition() -> bytes:
    """Return all metrics as OpenMetrics text, of CONTENT_TYPE."""
    text: bytes = generate_latest(REGISTRY)  # type: ignore[no-untyped-call]
    return text
