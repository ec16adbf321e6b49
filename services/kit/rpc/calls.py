"""One call to another part: what it carries, how often it is made, what it leaves in the telemetry.

All of that happens in one coroutine around gRPC's own call: aio's client interceptors cost a task
each.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Self, cast

import grpc.aio
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, use_span

from services.kit.caller import current_caller
from services.kit.errors import AppError, Unavailable
from services.kit.rpc.context import METADATA_KEY, ContextSigner
from services.kit.rpc.deadline import allowance
from services.kit.rpc.errors import error_of
from services.kit.rpc.retries import MOST_ATTEMPTS, RetryBudget, is_safe, wait_s
from services.kit.telemetry import inject, metrics, tracer


class Method:
    """One RPC of one peer, as seen by its callers."""

    def __init__(self, peer: str, path: str, signer: ContextSigner) -> None:
        service, _, self.method = path.removeprefix("/").rpartition("/")
        self.peer = peer
        self._signer = signer
        self._name = f"{service}/{self.method}"
        self._attributes = {
            "rpc.system": "grpc",
            "rpc.service": service,
            "rpc.method": self.method,
            "peer.service": peer,
        }
        self._seconds = metrics.RPC_CLIENT_SECONDS.labels(peer, self.method)
        self._succeeded = metrics.RPC_CLIENT_HANDLED.labels(peer, self.method, "OK")

    def start(self) -> Span:
        """Begin the span of one call."""
        return tracer().start_span(self._name, kind=SpanKind.CLIENT, attributes=self._attributes)

    def metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        """Return what the call carries: the signed context, and the trace of the current span."""
        headers: dict[str, str] = {}
        inject(headers)
        return ((METADATA_KEY, self._signer.mint(current_caller())), *headers.items())

    def end(self, span: Span, started: float, code: str) -> None:
        """Say how a call ended that began at `started` of `time.perf_counter()`."""
        if code == "OK":
            self._succeeded.inc()
        else:
            metrics.RPC_CLIENT_HANDLED.labels(self.peer, self.method, code).inc()
            if span.is_recording():
                span.set_attribute("rpc.grpc.status_code", code)
                span.set_status(Status(StatusCode.ERROR, code))
        self._seconds.observe(time.perf_counter() - started)
        span.end()


class UnaryCall:
    """A unary RPC: `await call(request, timeout=2.0)`."""

    def __init__(
        self,
        method: Method,
        inner: Callable[[], Callable[..., Any]],
        budget: RetryBudget,
        reached: Callable[[float], Awaitable[None]],
    ) -> None:
        self._method = method
        self._inner = inner
        self._budget = budget
        self._reached = reached
        self._attempts = MOST_ATTEMPTS if is_safe(method.method) else 1

    async def __call__(self, request: Any, *, timeout: float | None = None) -> Any:  # noqa: ASYNC109 # gRPC's own name
        """Make the call within `timeout` seconds and the current deadline, whichever ends first."""
        ends = time.monotonic() + allowance(timeout)
        started = time.perf_counter()
        span = self._method.start()
        code = "CANCELLED"
        try:
            with use_span(span, record_exception=False, set_status_on_exception=False):
                answer = await self._attempt(request, self._method.metadata(), ends)
        except AppError as error:
            code = error.code
            raise
        else:
            code = "OK"
            return answer
        finally:
            self._method.end(span, started, code)

    async def _attempt(self, request: Any, metadata: Any, ends: float) -> Any:
        attempt = 1
        while True:
            call = self._inner()
            await self._reached(ends - time.monotonic())
            try:
                answer = await call(request, timeout=ends - time.monotonic(), metadata=metadata)
            except grpc.aio.AioRpcError as failure:
                error = error_of(failure, peer=self._method.peer)
                if not isinstance(error, Unavailable):
                    self._budget.succeeded()
                    raise error from None
                is_allowed = self._budget.failed() and attempt < self._attempts
                wait = wait_s(error, attempt)
                if not is_allowed or time.monotonic() + wait >= ends:
                    raise error from None
            else:
                self._budget.succeeded()
                return answer
            metrics.RPC_CLIENT_RETRIES.labels(self._method.peer, self._method.method).inc()
            await asyncio.sleep(wait)
            attempt += 1


class StreamCall:
    """An RPC with a stream of answers: `async for answer in call(request, timeout=3600)`."""

    def __init__(self, method: Method, inner: Callable[[], Callable[..., Any]]) -> None:
        self._method = method
        self._inner = inner

    def __call__(self, request: Any, *, timeout: float | None = None) -> "AnswerStream":
        """Begin the call; failures are raised while reading."""
        return AnswerStream(self._method, self._inner(), request, allowance(timeout))


class AnswerStream:
    """The answers of one streaming call: it ends, fails with the kit's errors, or is cancelled.

    It is never made again: its reader knows whether and from where it can go on.
    """

    def __init__(
        self, method: Method, inner: Callable[..., Any], request: Any, allowed_s: float
    ) -> None:
        self._method = method
        self._started = time.perf_counter()
        self._span = method.start()
        with use_span(self._span, record_exception=False, set_status_on_exception=False):
            metadata = method.metadata()
        self._call = inner(request, timeout=allowed_s, metadata=metadata)
        self._answers = cast("AsyncIterator[Any]", self._call.__aiter__())
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        try:
            return await anext(self._answers)
        except StopAsyncIteration:
            self._end("OK")
            raise
        except grpc.aio.AioRpcError as failure:
            error = error_of(failure, peer=self._method.peer)
            self._end(error.code)
            raise error from None
        except asyncio.CancelledError:
            self.cancel()
            raise

    def cancel(self) -> None:
        """Tell the peer to stop; nothing more arrives."""
        self._call.cancel()
        self._end("CANCELLED")

    async def aclose(self) -> None:
        """Stop, so that `contextlib.aclosing(stream)` works."""
        self.cancel()

    def __del__(self) -> None:
        if not self._is_over:
            self._end("CANCELLED")

    def _end(self, code: str) -> None:
        if not self._is_over:
            self._is_over = True
            self._method.end(self._span, self._started, code)
