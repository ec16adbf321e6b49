"""Requests that a browser makes for somebody else's page are refused.

Two checks, each enough alone: a browser session must echo its CSRF token in `X-CSRF-Token` (no
other origin can read it), and where the browser says where a request comes from, it must come from
us.
"""

import hmac
from typing import Final

from starlette.requests import Request

from gateway.problems import CsrfRefused
from gateway.tenancy import READS

HEADER: Final = "x-csrf-token"
_OWN_SITES: Final = frozenset(("same-origin", "none", ""))


def check_csrf_token(request: Request, expected: str) -> None:
    """Raise CsrfRefused for a change without the session's token."""
    if request.method in READS:
        return
    given = request.headers.get(HEADER, "")
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise CsrfRefused("Send the session's csrf_token in X-CSRF-Token.")


def check_origin(request: Request, own_origins: frozenset[str]) -> None:
    """Raise CsrfRefused for a change that a browser sends from another origin.

    Programs send neither header and pass. `own_origins` are origins beside the host that was asked.
    """
    if request.method in READS:
        return
    headers = request.headers
    origin = headers.get("origin")
    if origin is not None:
        _, _, host = origin.partition("://")
        is_own = host != "" and host == headers.get("host")
        if not is_own and origin not in own_origins:
            raise CsrfRefused("The request comes from another origin.")
    elif headers.get("sec-fetch-site", "") not in _OWN_SITES:
        raise CsrfRefused("The request comes from another site.")
