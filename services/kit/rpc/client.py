"""Channels to other parts.

`stub = PromptsServiceStub(connect("prompts", settings.rpc, issuer="execution"))`.

Every call carries the signed context of the current caller, the deadline, and the trace; it raises
the kit's errors, and is made again where that is safe (`calls.py`).
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import cache, lru_cache
from types import TracebackType
from typing import Any, Final, NoReturn, Self

import grpc
import grpc.aio

from services.kit.rpc.calls import Method, StreamCall, UnaryCall
from services.kit.rpc.context import ContextSigner
from services.kit.rpc.retries import RetryBudget
from services.kit.rpc.server import MOST_METADATA_BYTES
from services.kit.settings import RpcSettings

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

        return UnaryCall(self._call(method), inner, self._budget, self.reached)

    def unary_stream(self, method: str, *serializers: Any, **options: Any) -> Any:
        """Make the callable of a streaming RPC: `async for x in call(request, timeout=seconds)`."""

        @cache
        def inner() -> Callable[..., Any]:
            return self._channel.unary_stream(method, *serializers, **options)

        return StreamCall(self._call(method), inner)

    async def reached(self, within_s: float) -> None:
        """Give a peer that is just coming back a moment, at most a second.

        What was never sent is safe to wait with, also for RPCs that must not be tried twice.
        """
        if self._channel.get_state(try_to_connect=True) in _WAITING:
            with suppress(TimeoutError):
                async with asyncio.timeout(min(_PATIENCE_S, within_s)):
                    await self._channel.channel_ready()

    def _call(self, method: str) -> Method:
        return Method(self._peer, method, self._signer)

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
