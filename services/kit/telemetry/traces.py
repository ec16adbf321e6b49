"""One trace id from the HTTP request through RPC, SQL, outbox and consumer (W3C trace context)."""

import threading
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ALWAYS_ON, ParentBased
from opentelemetry.trace import Link, Span, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_SCOPE: Final = "promptpilot"
_EXPORT_TIMEOUT_S: Final = 3.0
_SHUTDOWN_S: Final = 2.0
_propagator: Final = TraceContextTextMapPropagator()


def _provider(service: str, *, records: bool) -> TracerProvider:
    # Without an exporter nothing is recorded, but trace ids are still made and passed on: logs show
    # them.
    return TracerProvider(
        sampler=ParentBased(ALWAYS_ON) if records else ALWAYS_OFF,
        resource=Resource.create({SERVICE_NAME: service}),
        shutdown_on_exit=False,
    )


class _Current:
    """The provider in use: not OpenTelemetry's global, which can be set only once a process."""

    def __init__(self) -> None:
        self.use(_provider("unnamed", records=False))

    def use(self, provider: TracerProvider) -> None:
        self.provider = provider
        self.tracer = provider.get_tracer(_SCOPE)


_current: Final = _Current()


def configure(service: str, otlp_endpoint: str) -> None:
    """Send spans to an OTLP collector over HTTP, such as http://127.0.0.1:4318.

    To nobody when it is empty.
    """
    provider = _provider(service, records=bool(otlp_endpoint))
    if otlp_endpoint:
        exporter = OTLPSpanExporter(
            endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces", timeout=_EXPORT_TIMEOUT_S
        )
        provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=1000))
    _current.use(provider)


def shutdown() -> None:
    """Export what is buffered, and stop exporting. A collector that is away holds up nobody."""
    closing = threading.Thread(
        target=_current.provider.shutdown, name="traces-shutdown", daemon=True
    )
    closing.start()
    closing.join(_SHUTDOWN_S)


@contextmanager
def recording(exporter: SpanExporter, service: str = "test") -> Iterator[None]:
    """Give every span that ends inside to this exporter at once: for tests."""
    before = _current.provider
    provider = _provider(service, records=True)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    _current.use(provider)
    try:
        yield
    finally:
        _current.use(before)
        provider.shutdown()


def tracer() -> Tracer:
    """Return the tracer to start spans with. Ask each time: `setup` and tests change it."""
    return _current.tracer


@contextmanager
def shared_span(name: str, asked: Iterable[Span]) -> Iterator[None]:
    """Make one span of what is done for many at once, such as a group commit.

    It is a child of the first recorded span that asked for it, and linked to the others. Nothing is
    made when none is recorded.
    """
    recorded = [span for span in asked if span.is_recording()]
    if not recorded:
        yield
        return
    first, *others = recorded
    links = [Link(span.get_span_context()) for span in others]
    with tracer().start_as_current_span(name, set_span_in_context(first), links=links):
        yield


def inject(headers: MutableMapping[str, str]) -> None:
    """Write the current trace context, `traceparent`, into headers: of a message, an outbox row."""
    _propagator.inject(headers)


def extract(headers: Mapping[str, str]) -> Context:
    """Read a trace context from headers, for `start_as_current_span(..., context=...)`.

    Empty when there is none.
    """
    return _propagator.extract(headers, context=Context())


def trace_id() -> str:
    """Return the current trace's id as 32 hexadecimal digits, "" outside a trace."""
    span = trace.get_current_span().get_span_context()
    return format(span.trace_id, "032x") if span.is_valid else ""
