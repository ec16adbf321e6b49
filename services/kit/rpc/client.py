"""Calls to other parts.

`stub = PromptsServiceStub(connect("prompts", settings.rpc, issuer="execution"))`.

Every call carries the signed context of the current caller, the deadline, and the trace; it raises
the kit's errors, and is made again where that is safe. All of that happens in one coroutine around
gRPC's own call: aio's client interceptors cost a task each.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import cache, lru_cache
from types import TracebackType
from typing import Any, Final, NoReturn, Self, cast

import grpc
import grpc.aio
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, use_span

from services.kit.caller import current_caller
from services.kit.errors import AppError, Unavailable
from services.kit.rpc.context import METADATA_KEY, ContextSigner
from services.kit.rpc.deadline import allowance
from services.kit.rpc.errors import error_of
from services.kit.rpc.retries import MOST_ATTEMPTS, RetryBudget, is_safe, wait_s
from services.kit.rpc.server import MOST_METADATA_BYTES
from services.kit.settings import RpcSettings
from services.kit.telemetry import inject, metrics, tracer

# Instances that say they drain get no more calls; a lost peer is looked for again within a second.
_SERVICE_CONFIG: Final = (
    '{"loadBalancingConfig":[{"round_robin":{}}],"healthCheckConfig":{"serviceName":""}}'
)

# A channel in one of these refuses calls at once.
_WAITING: Final = (
    grpc.ChannelConnectivity.TRANSIENT_FAILURE,
    grpc.ChannelConnectivity.CONNECTING,
)
_PATIENCE_S: Final = 1.0


def connect(peer: str, settings: RpcSettings, *, issuer: str) -> "PeerChannel":
    """Open a channel to another part, by its name in `settings.peers`; it connects when first used.

    `issuer` is this part's own name. The address may be a list,
    `ipv4:127.0.0.1:7001,127.0.0.1:7002`, or `dns:///name:port`: calls are spread over all
    instances. KeyError when there is no such peer.
    """
    try:
        address = settings.peers[peer]
    except KeyError:
        raise KeyError(f"settings.rpc.peers has no address for {peer!r}") from None
    options = _options(settings.max_message_bytes)
    signer = _signer(issuer, settings.context_private_key.get_secret_value())
    return PeerChannel(peer, lambda: grpc.aio.insecure_channel(address, options=options), signer)


@lru_cache(maxsize=32)
def _signer(issuer: str, private_key_b64: str) -> ContextSigner:
    # One per process, so that a caller's token is signed once for all peers.
    return ContextSigner(issuer, private_key_b64)


def _options(max_message_bytes: int) -> list[tuple[str, Any]]:
    return [
        ("grpc.service_config", _SERVICE_CONFIG),
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.max_send_message_length", max_message_bytes),
        ("grpc.max_metadata_size", MOST_METADATA_BYTES),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 5_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.initial_reconnect_backoff_ms", 100),
        # Also how long one attempt to connect may take.
        ("grpc.min_reconnect_backoff_ms", 2_000),
        ("grpc.max_reconnect_backoff_ms", 1_000),
    ]


class PeerChannel(grpc.aio.Channel):
    """A channel to one peer. Give it to a generated stub.

    gRPC ties a channel to the event loop that runs when it is made; an app is put together before
    its loop runs. So the inner channel is made at the first use.
    """

    def __init__(
        self, peer: str, make: Callable[[], grpc.aio.Channel], signer: ContextSigner
    ) -> None:
        self._peer = peer
        self._make = make
        self._made: grpc.aio.Channel | None = None
        self._signer = signer
        self._budget = RetryBudget()

    @property
    def _channel(self) -> grpc.aio.Channel:
        if self._made is None:
            self._made = self._make()
        return self._made

    def unary_unary(self, method: str, *serializers: Any, **options: Any) -> Any:
        """Make the callable of a unary RPC: `await call(request, timeout=seconds)`."""

        @cache
        def inner() -> Callable[..., Any]:
            return self._channel.unary_unary(method, *serializers, **options)

        return _UnaryCall(self._call(method), inner, self._budget, self.reached)

    def unary_stream(self, method: str, *serializers: Any, **options: Any) -> Any:
        """Make the callable of a streaming RPC: `async for x in call(request, timeout=seconds)`."""

        @cache
        def inner() -> Callable[..., Any]:
            return self._channel.unary_stream(method, *serializers, **options)

        return _StreamCall(self._call(method), inner)

    async def reached(self, within_s: float) -> None:
        """Give a peer that is just coming back a moment, at most a second.

        What was never sent is safe to wait with, also for RPCs that must not be tried twice.
        """
        if self._channel.get_state(try_to_connect=True) in _WAITING:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(_PATIENCE_S, within_s)):
                    await self._channel.channel_ready()

    def _call(self, method: str) -> "_Method":
        return _Method(self._peer, method, self._signer)

    def stream_unary(self, method: str, *_serializers: Any, **_options: Any) -> NoReturn:
        """Refuse: client streams are not part of our contracts."""
        raise NotImplementedError(f"{method}: RPCs with a stream of requests are not called")

    def stream_stream(self, method: str, *_serializers: Any, **_options: Any) -> NoReturn:
        """Refuse: client streams are not part of our contracts."""
        raise NotImplementedError(f"{method}: RPCs with a stream of requests are not called")

    async def close(self, grace: float | None = None) -> None:
        """Close the connections; calls in flight get `grace` seconds."""
        if self._made is not None:
            await self._made.close(grace)

    async def __aenter__(self) -> Self:
        """Return the channel itself."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_val: BaseException | None,
        exc_tb: TracebackType | None,
    ) -> None:
        """Close the channel."""
        await self.close()

    def get_state(self, try_to_connect: bool = False) -> grpc.ChannelConnectivity:  # noqa: FBT001, FBT002 # gRPC's own
        """Return gRPC's state of the connection."""
        return self._channel.get_state(try_to_connect)

    async def wait_for_state_change(self, last_observed_state: grpc.ChannelConnectivity) -> None:
        """Wait until the state is another one."""
        await self._channel.wait_for_state_change(last_observed_state)

    async def channel_ready(self) -> None:
        """Wait until an instance of the peer is connected and says that it serves."""
        await self._channel.channel_ready()


class _Method:
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
        return tracer().start_span(self._name, kind=SpanKind.CLIENT, attributes=self._attributes)

    def metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        """Return what the call carries: the signed context, and the trace of the current span."""
        headers: dict[str, str] = {}
        inject(headers)
        return ((METADATA_KEY, self._signer.mint(current_caller())), *headers.items())

    def end(self, span: Span, started: float, code: str) -> None:
        if code == "OK":
            self._succeeded.inc()
        else:
            metrics.RPC_CLIENT_HANDLED.labels(self.peer, self.method, code).inc()
            if span.is_recording():
                span.set_attribute("rpc.grpc.status_code", code)
                span.set_status(Status(StatusCode.ERROR, code))
        self._seconds.observe(time.perf_counter() - started)
        span.end()


class _UnaryCall:
    """A unary RPC: `await call(request, timeout=2.0)`."""

    def __init__(
        self,
        method: _Method,
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


class _StreamCall:
    """An RPC with a stream of answers: `async for answer in call(request, timeout=3600)`."""

    def __init__(self, method: _Method, inner: Callable[[], Callable[..., Any]]) -> None:
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
        self, method: _Method, inner: Callable[..., Any], request: Any, allowed_s: float
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
