"""RPCs about people and their sessions.

Sign up, log in, refresh, log out, authenticate, who am I.
"""
# ruff: noqa: ARG002 # methods have the names and arguments that gRPC gives them

import hmac
from hashlib import sha256

import grpc.aio

from promptpilot.identity.v1 import identity_pb2 as pb
from promptpilot.identity.v1.identity_pb2_grpc import IdentityServiceServicer
from services.identity import queries
from services.identity.commands.authenticate_session import authenticate_session
from services.identity.commands.log_in import LogInForm, log_in
from services.identity.commands.log_out import log_out
from services.identity.commands.refresh_tokens import refresh_tokens
from services.identity.commands.sign_up import (
    SignUpForm,
    prepare_sign_up,
    sign_up,
    wait_until_live,
)
from services.identity.rules.accounts import normal_password
from services.identity.rules.roles import permission_names
from services.identity.servicer import translation
from services.identity.servicer.parts import Parts
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once

# What is left of a call's deadline for the answer itself, once a sign-up stops waiting.
_ANSWER_S = 0.5

_Context = grpc.aio.ServicerContext[object, object]


class SessionRpcs(IdentityServiceServicer):
    """The part of the servicer that deals with people and sessions."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def SignUp(self, request: pb.SignUpRequest, context: _Context) -> pb.SignUpResponse:
        """Make user and tenant in one transaction, then wait, outside of it, for the services."""
        parts = self._parts
        form = SignUpForm(
            email=request.email,
            password=request.password,
            display_name=request.display_name,
            tenant_name=request.tenant_name,
            kind=translation.to_kind(request.session_kind),
            client_address=request.client_address,
        )
        new = await prepare_sign_up(parts.work, parts.passwords, form, parts.settings.attempts)
        fingerprint = _fingerprint(request, parts.fingerprint_key)
        async with once(
            parts.work,
            None,
            fingerprint,
            pb.SignUpResponse,
            method="SignUp",
            scope=_scope(new.email, parts.fingerprint_key),
            sealer=parts.sealer,
        ) as call:
            if call.answer is None:
                services = parts.settings.required_services
                made = await sign_up(call.work, new, parts.opener, services)
                call.answer = pb.SignUpResponse(
                    user=translation.from_user(made.account.user),
                    tenant=translation.from_tenant(made.account.tenant),
                    tokens=translation.from_credentials(made.credentials),
                )
        longest_s = min(
            parts.settings.sign_up_wait_s, max(0.0, (context.time_remaining() or 0) - _ANSWER_S)
        )
        tenant = await wait_until_live(parts.work, call.answer.tenant.id, longest_s)
        call.answer.tenant.CopyFrom(translation.from_tenant(tenant))
        return call.answer

    async def LogIn(self, request: pb.LogInRequest, context: _Context) -> pb.LogInResponse:
        """Check a password and open a session."""
        parts = self._parts
        form = LogInForm(
            email=request.email,
            password=request.password,
            kind=translation.to_kind(request.session_kind),
            client_address=request.client_address,
        )
        done = await log_in(
            parts.work, parts.passwords, parts.opener, form, parts.settings.attempts
        )
        return pb.LogInResponse(
            user=translation.from_user(done.account.user),
            tenant=translation.from_tenant(done.account.tenant),
            tokens=translation.from_credentials(done.credentials),
        )

    async def RefreshTokens(
        self, request: pb.RefreshTokensRequest, context: _Context
    ) -> pb.RefreshTokensResponse:
        """Exchange a refresh token for the next pair."""
        parts = self._parts
        credentials = await refresh_tokens(
            parts.work, parts.opener, parts.invalidations, request.refresh_token
        )
        return pb.RefreshTokensResponse(tokens=translation.from_credentials(credentials))

    async def LogOut(self, request: pb.LogOutRequest, context: _Context) -> pb.LogOutResponse:
        """End a session."""
        await log_out(
            self._parts.work,
            self._parts.invalidations,
            browser_token=request.browser_token,
            refresh_token=request.refresh_token,
        )
        return pb.LogOutResponse()

    async def AuthenticateSession(
        self, request: pb.AuthenticateSessionRequest, context: _Context
    ) -> pb.AuthenticateSessionResponse:
        """Say whose browser session this is."""
        principal = await authenticate_session(
            self._parts.work, self._parts.settings.sessions, request.browser_token
        )
        return pb.AuthenticateSessionResponse(
            principal=translation.from_session_principal(principal)
        )

    async def GetJwks(self, request: pb.GetJwksRequest, context: _Context) -> pb.GetJwksResponse:
        """Return the public keys."""
        jwks_json = await queries.get_jwks(self._parts.work, self._parts.sealer)
        return pb.GetJwksResponse(jwks_json=jwks_json)

    async def GetMe(self, request: pb.GetMeRequest, context: _Context) -> pb.GetMeResponse:
        """Say who calls."""
        caller = current_caller()
        me = await queries.get_me(self._parts.work, current_tenant(), caller.actor)
        return pb.GetMeResponse(
            user=None if me.user is None else translation.from_user(me.user),
            tenant=translation.from_tenant(me.tenant),
            role=translation.from_role(me.role),
            permissions=permission_names(caller.permission_mask),
            environment=translation.from_environment(caller.environment),
        )


def _scope(email: str, key: bytes) -> str:
    """Return whose request ids these are: strangers share none, unless they share an address.

    Keyed and apart from the digest of passwords, so that the table of requests names nobody.
    """
    return hmac.new(key, b"email|" + email.encode(), sha256).hexdigest()


def _fingerprint(request: pb.SignUpRequest, key: bytes) -> pb.SignUpRequest:
    """Return the request as its hash may be stored.

    The password is replaced by a keyed digest: a plain hash of it in the table of requests would
    undo what argon2 does. The client's address may change between a call and its retry.
    """
    fingerprint = pb.SignUpRequest()
    fingerprint.CopyFrom(request)
    password = normal_password(request.password).encode()
    fingerprint.password = hmac.new(key, password, sha256).hexdigest()
    fingerprint.client_address = ""
    return fingerprint
