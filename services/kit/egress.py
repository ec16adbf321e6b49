"""The one door to addresses that tenants name: model providers, HTTP steps, webhooks.

A host is resolved once for each connection, all its addresses are checked (`egress_addresses`), and
the connection goes to what was checked. Each redirect is checked again, never leads from https to
http, and takes no credentials to another origin. Size and time are capped; no proxy or cookie of
the process is used; bodies are decompressed within the same cap.
"""

import asyncio
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Final

import aiohttp
from pydantic import Field
from yarl import URL

from services.kit.egress_addresses import (
    AddressRules,
    CheckedResolver,
    EgressFailed,
    EgressRefused,
)
from services.kit.errors import AppError, DeadlineExceeded, FailedPrecondition
from services.kit.settings import Group

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_KEEPING_METHOD: Final = frozenset({307, 308})
# Headers of the caller that may follow a redirect to another origin; all others may be credentials.
_TRAVELLING: Final = frozenset({"accept", "accept-language", "content-type", "user-agent"})
# The client's own affair: a caller who set these could smuggle requests or address another host.
_OWN_HEADERS: Final = frozenset(
    {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "te",
        "trailer",
        "upgrade",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "expect",
        "accept-encoding",
    }
)
_CHUNK: Final = 64 * 1024


class EgressTimedOut(DeadlineExceeded):
    """The other side was too slow."""

    reason = "EGRESS_TIMEOUT"


class EgressTooLarge(FailedPrecondition):
    """The answer is larger than the cap."""

    reason = "EGRESS_TOO_LARGE"


class EgressSettings(Group):
    """What the operator allows calls to the outside."""

    # Networks beyond the public internet, such as ["10.1.2.0/24"] for a model server of one's own.
    allowed_cidrs: tuple[str, ...] = ()
    connections: int = Field(default=200, ge=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one call, redirects included. `idle_s` is the longest pause between two pieces."""

    total_s: float = 60.0
    connect_s: float = 5.0
    idle_s: float = 60.0
    max_body_bytes: int = 4 * 1024 * 1024
    max_redirects: int = 3


@dataclass(frozen=True, slots=True)
class Request:
    """A call to make: header names in any case; `body` as bytes."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None


class Answer:
    """The answer: read its body once, by `chunks` or `read`, within the call's context."""

    def __init__(self, response: aiohttp.ClientResponse, limits: Limits) -> None:
        self.status = response.status
        # Names in lower case; of a repeated header the last value.
        self.headers: dict[str, str] = {
            key.lower(): value for key, value in response.headers.items()
        }
        self._response = response
        self._limits = limits

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the decompressed body; raise EgressTooLarge past the cap, and never hold more."""
        left = self._limits.max_body_bytes
        declared = self.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > left:
            raise self._too_large()
        inflater = _inflater(self.headers.get("content-encoding", "identity"))
        with _translated():
            async for raw in self._response.content.iter_chunked(_CHUNK):
                waiting = raw
                while waiting:
                    if inflater is None:
                        piece, waiting = waiting, b""
                    else:
                        piece = inflater.decompress(waiting, _CHUNK)
                        waiting = inflater.unconsumed_tail
                    left -= len(piece)
                    if left < 0:
                        raise self._too_large()
                    if piece:
                        yield piece

    async def read(self) -> bytes:
        """Return the whole body; raise EgressTooLarge past the cap."""
        return b"".join([chunk async for chunk in self.chunks()])

    def _too_large(self) -> EgressTooLarge:
        return EgressTooLarge(f"the answer is larger than {self._limits.max_body_bytes:,} bytes")


class Egress:
    """A pool of connections to the outside. One a process."""

    def __init__(self, settings: EgressSettings) -> None:
        self._settings = settings
        self._rules = AddressRules(settings.allowed_cidrs)
        self._session: aiohttp.ClientSession | None = None

    def check_url(self, url: str) -> None:
        """Check what is known without resolving; raise EgressRefused."""
        self._parse(url)

    async def check_host(self, url: str) -> None:
        """Resolve the host and check its addresses; raise EgressRefused or EgressFailed."""
        parsed = self._parse(url)
        await CheckedResolver(self._rules).resolve(parsed.host or "", parsed.port or 0)

    @asynccontextmanager
    async def call(self, request: Request, limits: Limits | None = None) -> AsyncIterator[Answer]:
        """Make the call and follow its redirects; the connection is freed at the end of the block.

        Raises EgressRefused, EgressFailed, EgressTimedOut; reading may raise EgressTooLarge.
        """
        bounds = limits or Limits()
        loop = asyncio.get_running_loop()
        ends = loop.time() + bounds.total_s
        request = replace(request, headers=_checked_headers(request.headers))
        for _ in range(bounds.max_redirects + 1):
            url = self._parse(request.url)
            timeout = aiohttp.ClientTimeout(
                total=max(0.001, ends - loop.time()),
                connect=bounds.connect_s,
                sock_read=bounds.idle_s,
            )
            with _translated():
                response = await self._send(request, url, timeout)
            try:
                if response.status not in _REDIRECTS or "location" not in response.headers:
                    yield Answer(response, bounds)
                    return
                request = _redirected(request, url, response)
            finally:
                response.close()  # no effect once the body was read: the connection is free again
        raise EgressRefused(f"more than {bounds.max_redirects} redirects", url=str(url.origin()))

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _send(
        self, request: Request, url: URL, bounds: aiohttp.ClientTimeout
    ) -> aiohttp.ClientResponse:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    resolver=CheckedResolver(self._rules),
                    use_dns_cache=False,
                    limit=self._settings.connections,
                    keepalive_timeout=30,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                trust_env=False,
            )
        return await self._session.request(
            request.method,
            url,
            headers={**request.headers, "accept-encoding": "identity"},
            data=request.body,
            timeout=bounds,
            allow_redirects=False,
            skip_auto_headers=("User-Agent", "Content-Type"),
        )

    def _parse(self, text: str) -> URL:
        try:
            url = URL(text)
            host, port = url.host, url.port
        except ValueError:
            raise EgressRefused("this is not a URL") from None
        if url.scheme not in ("http", "https") or not host or not port:
            raise EgressRefused("only http:// and https:// addresses with a host can be called")
        if url.user is not None or url.password is not None:
            raise EgressRefused("a URL may hold no user name and no password")
        # aiohttp resolves nothing that looks like an address: the resolver would not see it.
        if aiohttp.helpers.is_ip_address(host.partition("%")[0]):
            self._rules.check(host, host)
        return url


class _translated:  # noqa: N801 - reads as a with-statement, like contextlib's
    """Turn aiohttp's failures into ours; texts name no internals."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, AppError):
            return
        if isinstance(error, TimeoutError):
            raise EgressTimedOut("the other side did not answer in time") from error
        if isinstance(error, aiohttp.InvalidURL | aiohttp.http_exceptions.BadHttpMessage):
            raise EgressRefused("the address or the answer is not valid HTTP") from error
        if isinstance(error, aiohttp.ClientError | OSError | zlib.error):
            raise EgressFailed("the connection failed or was cut") from error


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if (
            name.lower() in _OWN_HEADERS
            or not name.isascii()
            or any(mark in name + value for mark in "\r\n\0")
        ):
            raise EgressRefused(f"the header {name[:64]!r} cannot be set")
    return dict(headers)


def _redirected(request: Request, url: URL, response: aiohttp.ClientResponse) -> Request:
    try:
        target = url.join(URL(response.headers["location"]))
    except ValueError:
        raise EgressFailed("the other side redirects to what is not a URL") from None
    if target.scheme not in ("http", "https"):
        raise EgressRefused("a redirect leads to what cannot be called")
    if url.scheme == "https" and target.scheme != "https":
        raise EgressRefused("a redirect leads from https to an unprotected address")
    headers = dict(request.headers)
    if target.origin() != url.origin():
        headers = {key: value for key, value in headers.items() if key.lower() in _TRAVELLING}
    keeps = response.status in _KEEPING_METHOD or request.method in ("GET", "HEAD")
    return Request(
        method=request.method if keeps else "GET",
        url=str(target),
        headers=headers,
        body=request.body if keeps else None,
    )


def _inflater(encoding: str) -> "zlib._Decompress | None":
    match encoding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        case "deflate":
            return zlib.decompressobj()
    raise EgressFailed("the answer has an encoding that was not asked for")
