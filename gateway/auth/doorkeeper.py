"""Decides on whose behalf each request is made, and runs it on that behalf."""

import time
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from nats.aio.msg import Msg
from starlette.requests import Request
from starlette.responses import Response

from gateway.auth.access_tokens import AccessTokens
from gateway.auth.api_keys import PREFIX, has_key_form, key_of_pair
from gateway.auth.cache import PrincipalCache
from gateway.auth.csrf import check_csrf_token, check_origin
from gateway.auth.errors import (
    AccessTokenInvalid,
    ApiKeyInvalid,
    CredentialsMalformed,
    CredentialsMissing,
)
from gateway.clients import ask
from gateway.cookies import session_token
from gateway.limits import Limits
from gateway.live.streams import Streams
from gateway.problems import request_id_of
from gateway.tenancy import READS, Principal, caller_of, remember_principal
from gateway.translate import words
from promptpilot.identity.v1 import identity_pb2 as pb
from services.kit.bus import Bus
from services.kit.caller import Caller, acting_as

if TYPE_CHECKING:  # these names exist for the type checker only
    from promptpilot.identity.v1.identity_pb2_grpc import IdentityServiceAsyncStub

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]
NAME: Final = "gateway"
_BEARER: Final = "bearer"
_BASIC: Final = "basic"
_MOST_TOKEN: Final = 512
# Longer than any access token lives: then the revocation of its session need not be remembered.
_REVOKED_S: Final = 3700.0
_MOST_REVOKED: Final = 100_000


class Gatekeeper:
    """The doorkeeper of the running gateway.

    Asks identity, remembers for a while, listens for revocations.
    """

    def __init__(
        self,
        identity: "IdentityServiceAsyncStub",
        bus: Bus,
        streams: Streams,
        *,
        limits: Limits,
        issuer: str,
        own_origins: frozenset[str] = frozenset(),
    ) -> None:
        self.limits = limits
        self._identity = identity
        self._bus = bus
        self._streams = streams
        self._own_origins = own_origins
        self._is_listening = False
        self._principals = PrincipalCache(lambda: self._is_listening and bus.is_connected)
        self._tokens = AccessTokens(self._fetch_keys, issuer=issuer)
        self._revoked: OrderedDict[str, float] = OrderedDict()

    async def listen(self) -> None:
        """Hear of revocations from now on.

        What was missed while NATS was away is forgotten after it.
        """
        await self._bus.listen("inv.identity.api_key.>", self._on_revoked)
        await self._bus.listen("inv.identity.session.>", self._on_revoked)
        self._bus.on_missed(self._principals.clear)
        self._principals.clear()
        self._is_listening = True

    async def run(self, request: Request, handler: _Handler, *, is_public: bool) -> Response:
        """Run the handler for the request's caller, or raise Unauthenticated or CsrfRefused."""
        request_id = request_id_of(request)
        if is_public:
            check_origin(request, self._own_origins)
            caller = Caller.anonymous("" if request.method in READS else request_id)
        else:
            principal = await self._authenticate(request)
            remember_principal(request, principal)
            caller = caller_of(principal, request.method, request_id)
        with acting_as(caller):
            return await handler(request)

    async def _authenticate(self, request: Request) -> Principal:
        """Let an Authorization header decide alone; without one, the browser's session does."""
        authorization = request.headers.get("authorization")
        if authorization is not None:
            return await self._authorized(authorization)
        token = session_token(request)
        if not 0 < len(token) <= _MOST_TOKEN:
            raise CredentialsMissing(
                "Send an API key or access token as Authorization: Bearer, a key pair as Basic, or "
                "log in."
            )
        principal = await self._principals.get(token, self._ask_session)
        check_origin(request, self._own_origins)
        check_csrf_token(request, principal.csrf_token)
        return principal

    async def _authorized(self, authorization: str) -> Principal:
        scheme, _, token = authorization.partition(" ")
        token = token.strip()
        if scheme.lower() == _BASIC:
            return await self._principals.get(key_of_pair(token), self._ask_api_key)
        if scheme.lower() != _BEARER or not token or not token.isascii():
            raise CredentialsMalformed(
                "The Authorization header must be: Bearer, a space, one token; or Basic with the "
                "key pair of an API key."
            )
        if token.startswith(PREFIX):
            if not has_key_form(token):
                raise ApiKeyInvalid("The API key is mistyped or cut: its checksum is wrong.")
            return await self._principals.get(token, self._ask_api_key)
        principal = await self._principals.get(token, self._tokens.verify)
        if principal.session_id in self._revoked:
            raise AccessTokenInvalid("The access token's session has ended.")
        return principal

    async def _ask_api_key(self, key: str) -> Principal:
        with acting_as(Caller.service(NAME)):
            answer = await ask(
                self._identity.AuthenticateApiKey, pb.AuthenticateApiKeyRequest(key=key)
            )
        return _principal(answer.principal, is_key=True)

    async def _ask_session(self, token: str) -> Principal:
        with acting_as(Caller.service(NAME)):
            answer = await ask(
                self._identity.AuthenticateSession,
                pb.AuthenticateSessionRequest(browser_token=token),
            )
        return _principal(answer.principal, is_key=False)

    async def _fetch_keys(self) -> str:
        with acting_as(Caller.service(NAME)):
            return (await ask(self._identity.GetJwks, pb.GetJwksRequest())).jwks_json

    async def _on_revoked(self, message: Msg) -> None:
        self.end(message.subject.rpartition(".")[2])

    def end(self, credential: str) -> None:
        """Forget a key or session that has ended, and end the streams that it opened."""
        now = time.monotonic()
        while self._revoked and next(iter(self._revoked.values())) < now - _REVOKED_S:
            self._revoked.popitem(last=False)
        if len(self._revoked) >= _MOST_REVOKED:
            self._revoked.popitem(last=False)
        self._revoked[credential] = now
        self._principals.forget(credential)
        self._streams.end_of(credential)


def _principal(message: pb.Principal, *, is_key: bool) -> Principal:
    expires = message.expire_time.seconds if message.HasField("expire_time") else float("inf")
    environments = words(pb.Environment.DESCRIPTOR)
    return Principal(
        tenant_id=message.tenant_id,
        actor_id=message.actor_id,
        is_key=is_key,
        permission_mask=message.permission_mask,
        environment=environments[message.environment] or "",
        session_id=message.session_id,
        csrf_token=message.csrf_token,
        expires=expires,
    )
