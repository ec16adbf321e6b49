"""The browser session's cookie. `__Host-` binds it to this very host over a secure connection.

Browsers count http://localhost and http://127.0.0.1 as secure, so it works there without TLS.
"""

from typing import Final

from starlette.requests import Request

from promptpilot.identity.v1.identity_pb2 import SessionTokens

COOKIE: Final = "__Host-pp_session"
_RULES: Final = "Path=/; Secure; HttpOnly; SameSite=Lax"


def session_cookie(tokens: SessionTokens) -> tuple[bytes, bytes]:
    """Return the Set-Cookie header of a session just opened.

    It lives as long as the browser does, at most.
    """
    return b"set-cookie", f"{COOKIE}={tokens.browser_token}; {_RULES}".encode("latin-1")


def clear_session_cookie() -> tuple[bytes, bytes]:
    """Return the Set-Cookie header that removes the session."""
    return b"set-cookie", f"{COOKIE}=; {_RULES}; Max-Age=0".encode("latin-1")


def session_token(request: Request) -> str:
    """Return the session token that the browser sent, "" for none."""
    return request.cookies.get(COOKIE, "")
