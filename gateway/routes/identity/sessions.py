"""Sign-up, log-in and log-out: browser sessions by cookie, programs by tokens."""

import orjson
from fastapi import Request, Response

from gateway.answers import answer, cacheable, nothing
from gateway.clients import SIGN_UP_TIMEOUT_S, Rpc, ask
from gateway.cookies import clear_session_cookie, session_cookie, session_token
from gateway.door import Door, IdempotencyKey, IfNoneMatch, router
from gateway.operations import AUTHENTICATED, IDENTITY, operation
from gateway.routes.identity import models
from gateway.tenancy import client_address, credential_of, csrf_token_of
from gateway.translate import fill, read
from promptpilot.identity.v1 import identity_pb2 as pb

sessions = router("sessions")
keys = router("sessions", prefix="/.well-known")

_COOKIE = {"Set-Cookie": "`__Host-pp_session`, for `session_kind` browser."}


@sessions.post(
    "/sign-up",
    **operation(
        IDENTITY,
        "SignUp",
        errors=(403, 409),
        body=True,
        headers=_COOKIE,
        status_code=201,
        response_model=models.SignedUp,
    ),
)
async def sign_up(
    request: Request, body: models.SignUp, rpc: Rpc, request_id: IdempotencyKey = ""
) -> Response:
    """Sign up.

    Make a user, a tenant and the owner's membership, and log the user in. Answers once every
    service holds the tenant. 409 `EMAIL_TAKEN`.
    """
    form = fill(
        pb.SignUpRequest, body, request_id=request_id, client_address=client_address(request)
    )
    signed_up = await ask(rpc.identity.SignUp, form, SIGN_UP_TIMEOUT_S)
    tokens = signed_up.tokens
    is_browser = body.session_kind == "browser"
    document = {
        "user": read(signed_up.user),
        "tenant": read(signed_up.tenant),
        "csrf_token": tokens.csrf_token,
        "tokens": None if is_browser else _tokens(tokens),
    }
    response = answer(document, 201)
    if is_browser:
        response.raw_headers.append(session_cookie(tokens))
    return response


@sessions.post(
    "/sessions",
    **operation(
        IDENTITY,
        "LogIn",
        errors=(401, 403),
        body=True,
        headers={"Set-Cookie": "`__Host-pp_session`."},
        status_code=201,
        response_model=models.BrowserSession,
    ),
)
async def log_in(request: Request, body: models.LogIn, rpc: Rpc) -> Response:
    """Log in with a browser.

    The session is in the cookie `__Host-pp_session`, out of reach of scripts. 401
    `WRONG_CREDENTIALS`, the same for an unknown e-mail; 429 `TOO_MANY_ATTEMPTS` with Retry-After.
    """
    opened = await _open_session(request, body, rpc, "browser")
    session = read(opened.tokens)
    response = answer(
        {
            "user": read(opened.user),
            "tenant": read(opened.tenant),
            "csrf_token": session["csrf_token"],
            "expire_time": session["expire_time"],
        },
        201,
    )
    response.raw_headers.append(session_cookie(opened.tokens))
    return response


@sessions.get(
    "/session", **operation(IDENTITY, "GetMe", name="getSession", response_model=models.Session)
)
async def get_session(request: Request, rpc: Rpc) -> Response:
    """Tell who is calling: user, tenant, role and permissions of the caller."""
    me = read(await ask(rpc.identity.GetMe, pb.GetMeRequest()))
    # A browser session that has chosen neither world works in the simulator's.
    me["environment"] = me["environment"] or "test"
    return answer({**me, "csrf_token": csrf_token_of(request)})


@sessions.delete(
    "/session",
    **operation(
        IDENTITY,
        "LogOut",
        name="logOut",
        status_code=204,
        permission=AUTHENTICATED,
        headers={"Set-Cookie": "Clears `__Host-pp_session`."},
    ),
)
async def log_out(request: Request, rpc: Rpc, door: Door) -> Response:
    """Log out.

    Ends the browser session and clears its cookie. Token sessions end by `/v1/auth/tokens:revoke`.
    """
    if token := session_token(request):
        await ask(rpc.identity.LogOut, pb.LogOutRequest(browser_token=token))
        if "authorization" not in request.headers:  # else the caller is another than the cookie's
            # Other gateways hear of it; whoever left through this one is out at once.
            door.end(credential_of(request))
    response = nothing()
    response.raw_headers.append(clear_session_cookie())
    return response


@sessions.post(
    "/auth/tokens",
    **operation(
        IDENTITY,
        "LogIn",
        name="createTokens",
        errors=(401,),
        body=True,
        status_code=201,
        response_model=models.TokenSession,
    ),
)
async def create_tokens(request: Request, body: models.LogIn, rpc: Rpc) -> Response:
    """Log in with a program: access and refresh token. Errors as for log-in with a browser."""
    opened = await _open_session(request, body, rpc, "token")
    document = {
        "user": read(opened.user),
        "tenant": read(opened.tenant),
        "tokens": _tokens(opened.tokens),
    }
    return answer(document, 201)


@sessions.post(
    "/auth/tokens:refresh",
    **operation(IDENTITY, "RefreshTokens", errors=(401,), body=True, response_model=models.Tokens),
)
async def refresh_tokens(body: models.RefreshToken, rpc: Rpc) -> Response:
    """Exchange a refresh token for new tokens.

    Each refresh token is good once; one used twice ends its whole session. 401
    `REFRESH_TOKEN_INVALID`, `REFRESH_TOKEN_REUSED`.
    """
    refreshed = await ask(rpc.identity.RefreshTokens, fill(pb.RefreshTokensRequest, body))
    return answer(_tokens(refreshed.tokens))


@sessions.post(
    "/auth/tokens:revoke",
    **operation(IDENTITY, "LogOut", name="revokeTokens", body=True, status_code=204),
)
async def revoke_tokens(body: models.RefreshToken, rpc: Rpc) -> Response:
    """End a token session by its refresh token. An unknown token is no error (RFC 7009)."""
    await ask(rpc.identity.LogOut, fill(pb.LogOutRequest, body))
    return nothing()


@keys.get(
    "/jwks.json", **operation(IDENTITY, "GetJwks", cached=True, response_model=models.JsonWebKeySet)
)
async def get_jwks(rpc: Rpc, if_none_match: IfNoneMatch = "") -> Response:
    """List the public keys that verify access tokens, the next one included before it is used."""
    jwks = await ask(rpc.identity.GetJwks, pb.GetJwksRequest())
    body = orjson.dumps(orjson.loads(jwks.jwks_json))
    return cacheable(body, if_none_match, cache_control="public, max-age=300")


async def _open_session(
    request: Request, body: models.LogIn, rpc: Rpc, kind: str
) -> pb.LogInResponse:
    form = fill(pb.LogInRequest, body, session_kind=kind, client_address=client_address(request))
    return await ask(rpc.identity.LogIn, form)


def _tokens(tokens: pb.SessionTokens) -> dict[str, object]:
    document = read(tokens)
    for secret in ("browser_token", "csrf_token"):
        del document[secret]
    return document
