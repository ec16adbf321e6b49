"""Spans reach a collector that speaks OTLP over HTTP; one that is away holds nobody up."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from services.kit import telemetry
from services.kit.telemetry import traces


class Collector(HTTPServer):
    """A real HTTP server that keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.received: list[tuple[str, ExportTraceServiceRequest]] = []


class Door(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, ExportTraceServiceRequest.FromString(body)))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    server = Collector()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def _traces_as_before() -> Iterator[None]:
    yield
    traces.configure("test", "")
    for thread in threading.enumerate():
        if thread.name in {"traces-shutdown", "OtelBatchSpanRecordProcessor"}:
            thread.join(20)


def test_spans_arrive_with_the_services_name(collector: Collector) -> None:
    traces.configure("billing", f"http://127.0.0.1:{collector.server_port}/")
    with telemetry.tracer().start_as_current_span("post usage"):
        trace_id = telemetry.trace_id()
    telemetry.shutdown()
    ((path, request),) = collector.received
    (of_resource,) = request.resource_spans
    (span,) = of_resource.scope_spans[0].spans
    attributes = {each.key: each.value.string_value for each in of_resource.resource.attributes}
    assert path == "/v1/traces"
    assert attributes["service.name"] == "billing"
    assert (span.name, span.trace_id.hex()) == ("post usage", trace_id)


@pytest.mark.timeout(30)  # the exporter by itself would try again for longer
def test_a_collector_that_is_away_does_not_hold_up_the_end() -> None:
    traces.configure("billing", "http://127.0.0.1:1")
    with telemetry.tracer().start_as_current_span("post usage"):
        pass
    telemetry.shutdown()
