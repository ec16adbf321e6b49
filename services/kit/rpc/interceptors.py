"""The server's border around every RPC: deadline, context, permission, errors, metrics, trace.

A handler is wrapped once, when its servicer is registered, so that a call pays for no chain of
interceptors. Health checks are registered past this border: they need neither deadline nor context.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, Final, TypeAlias

import grpc
import grpc.aio
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, use_span

from services.kit.caller import become
from services.kit.errors import AppError, DeadlineExceeded, Internal, InvalidArgument, Unavailable
from services.kit.rpc import deadline, drain, errors
from services.kit.rpc.context import METADATA_KEY, ContextInvalid, ContextVerifier
from services.kit.rpc.permissions import Requirement
from services.kit.telemetry import extract, get_logger, metrics, trace_id, tracer

# Texts: these are generic for the type checker only.
ServicerContext: TypeAlias = "grpc.aio.ServicerContext[Any, Any]"
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
UnaryBehavior = Callable[[Any, "ServicerContext"], Awaitable[Any]]
StreamBehavior = Callable[[Any, ServicerContext], AsyncGenerator[Any, None]]

_OURS_TO_MEND: Final = (Internal, Unavailable, DeadlineExceeded)

log = get_logger()


class DeadlineRequired(InvalidArgument):
    """The call came without a deadline: it could hold its place for ever."""

    reason = "DEADLINE_REQUIRED"


class InFlight:
    """Counts the RPCs being served, and tells when there are none: for the drain.

    `draining` tells RPCs that last long that it is time to end.
    """

    def __init__(self) -> None:
        self.count = 0
        self.draining = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def __enter__(self) -> None:
        self.count += 1
        self._idle.clear()
        metrics.RPC_IN_FLIGHT.inc()

    def __exit__(self, *_: object) -> None:
        self.count -= 1
        metrics.RPC_IN_FLIGHT.dec()
        if self.count == 0:
            self._idle.set()

    async def wait_idle(self) -> None:
        """Wait until no RPC is being served."""
        await self._idle.wait()


class Border:
    """Wraps the handlers of one server."""

    def __init__(self, verifier: ContextVerifier) -> None:
        self._verifier = verifier
        self.in_flight = InFlight()

    def wrap(
        self,
        service: str,
        method: str,
        requirement: Requirement,
        handler: Handler,
    ) -> Handler:
        """Return the handler with the border around it; TypeError for a stream of requests."""
        if handler.request_streaming:
            raise TypeError(f"{service}/{method}: RPCs with a stream of requests are not served")
        call = _Rpc(service, method, requirement, self._verifier, self.in_flight)
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(
                _wrap_stream(call, handler.unary_stream),  # type: ignore[arg-type] # aio: an async generator
                handler.request_deserializer,
                handler.response_serializer,
            )
        return grpc.unary_unary_rpc_method_handler(
            _wrap_unary(call, handler.unary_unary),  # type: ignore[arg-type] # aio: a coroutine
            handler.request_deserializer,
            handler.response_serializer,
        )


def _wrap_unary(call: "_Rpc", behavior: UnaryBehavior) -> UnaryBehavior:
    async def serve(request: Any, context: ServicerContext) -> Any:
        with call.serving(context) as outcome:
            try:
                call.admit(context, outcome.metadata)
                return await behavior(request, context)
            except Exception as error:  # noqa: BLE001 # the border: everything is translated here
                await outcome.refuse(context, error)

    return serve


def _wrap_stream(call: "_Rpc", behavior: StreamBehavior) -> StreamBehavior:
    async def serve(request: Any, context: ServicerContext) -> AsyncGenerator[Any, None]:
        with call.serving(context) as outcome:
            try:
                call.admit(context, outcome.metadata)
                async with aclosing(behavior(request, context)) as responses:
                    async for response in responses:
                        yield response
            except Exception as error:  # noqa: BLE001 # the border: everything is translated here
                await outcome.refuse(context, error)

    return serve


class _Rpc:
    """One RPC of one service: what it asks of callers, and where its numbers go."""

    def __init__(
        self,
        service: str,
        method: str,
        requirement: Requirement,
        verifier: ContextVerifier,
        in_flight: InFlight,
    ) -> None:
        self.name = f"{service}/{method}"
        self._requirement = requirement
        self._verifier = verifier
        self._in_flight = in_flight
        self._seconds = metrics.RPC_SECONDS.labels(service, method)
        self._labels = (service, method)
        self._succeeded = metrics.RPC_HANDLED.labels(service, method, "OK")
        self._attributes = {"rpc.system": "grpc", "rpc.service": service, "rpc.method": method}

    @contextmanager
    def serving(self, context: ServicerContext) -> "Iterator[_Outcome]":
        """Count, time and trace one call, however it ends."""
        started = time.perf_counter()
        metadata = dict(context.invocation_metadata() or ())
        span = tracer().start_span(
            self.name,
            context=extract(metadata),  # type: ignore[arg-type] # only its text values are looked at
            kind=SpanKind.SERVER,
            attributes=self._attributes,
        )
        outcome = _Outcome(self.name, metadata, span)
        with (
            self._in_flight,
            use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False),
        ):
            try:
                yield outcome
            except (asyncio.CancelledError, GeneratorExit):
                left = deadline.time_left()
                outcome.code = "CANCELLED" if left is None or left > 0 else "DEADLINE_EXCEEDED"
                raise
            finally:
                self._seconds.observe(time.perf_counter() - started)
                if outcome.code == "OK":
                    self._succeeded.inc()
                else:
                    metrics.RPC_HANDLED.labels(*self._labels, outcome.code).inc()

    def admit(self, context: ServicerContext, metadata: dict[str, str | bytes]) -> None:
        """Let a call in that has a deadline, a context that a known part signed, the permission."""
        left = context.time_remaining()
        if left is None:
            raise DeadlineRequired("the call has no deadline")
        deadline.end_in(left)
        drain.end_with(self._in_flight.draining)
        token = metadata.get(METADATA_KEY)
        if not isinstance(token, bytes):
            raise ContextInvalid("the call carries no signed context")
        caller = self._verifier.verify(token)
        become(caller)
        self._requirement.check(caller)


class _Outcome:
    """How one call goes on and ends."""

    def __init__(self, name: str, metadata: dict[str, str | bytes], span: Span) -> None:
        self._name = name
        self._span = span
        self.metadata = metadata
        self.code = "OK"

    async def refuse(self, context: ServicerContext, error: Exception) -> None:
        """End the call with this error, translated for the wire. It always raises."""
        if isinstance(error, grpc.aio.AbortError):
            self.code = context.code().name
            raise error
        answer = self._translate(error)
        self.code = answer.code
        if isinstance(answer, _OURS_TO_MEND):
            self._span.set_status(Status(StatusCode.ERROR, answer.reason))
        code, message, details = errors.status_of(answer)
        await context.abort(code, message, ((errors.DETAILS_KEY, details),))

    def _translate(self, error: Exception) -> AppError:
        if isinstance(error, AppError):
            if isinstance(error, Internal):
                return self._withheld(error)
            if isinstance(error, _OURS_TO_MEND):
                log.warning("rpc failed", rpc=self._name, reason=error.reason, error=error.message)
            return error
        left = deadline.time_left()
        if isinstance(error, TimeoutError) and left is not None and left <= deadline.SHAVE_S:
            return DeadlineExceeded("it took longer than the caller allowed")
        return self._withheld(error)

    def _withheld(self, error: Exception) -> Internal:
        """Log a bug, once: one that carries a trace id was logged by the part it happened in."""
        if isinstance(error, Internal) and "trace_id" in error.metadata:
            return error
        log.error("rpc failed by a bug", rpc=self._name, exc_info=error)
        self._span.record_exception(error)
        return Internal(errors.WITHHELD, trace_id=trace_id())
