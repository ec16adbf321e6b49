"""What a process tells about itself.

Traces (OpenTelemetry), metrics (Prometheus) and logs (structlog).

A process calls `setup` once, before anything else. Everything here works before that too: traces
then go nowhere and logs are structlog's default.
"""

from services.kit.settings import TelemetrySettings
from services.kit.telemetry import logs, metrics, traces
from services.kit.telemetry.logs import get_logger
from services.kit.telemetry.sql import TracedConnection, instrument_engine
from services.kit.telemetry.traces import extract, inject, recording, shared_span, trace_id, tracer

__all__ = [
    "TracedConnection",
    "extract",
    "get_logger",
    "inject",
    "instrument_engine",
    "metrics",
    "recording",
    "setup",
    "shared_span",
    "shutdown",
    "trace_id",
    "tracer",
]


def setup(service: str, settings: TelemetrySettings) -> None:
    """Name this process and send its traces and logs where the settings say. The last call wins."""
    traces.configure(service, settings.otlp_endpoint)
    logs.configure(service, level=settings.log_level, form=settings.log_format)


def shutdown() -> None:
    """Send what is still buffered. It blocks for at most two seconds."""
    traces.shutdown()
