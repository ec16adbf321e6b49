"""Headers that browsers obey, on every answer.

Pages may load only what we serve: no inline script, no inline style, no other host. Text never
becomes markup. Nobody may frame us.
"""

from typing import Final

# Styles of the console are constructed style sheets, which need no exception. Neither its scripts
# nor its libraries turn text into markup or code: browsers that know trusted types refuse it.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
# What the API answers is data: nothing in it may run, load or be framed.
API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_PAGES: Final = (*_ALWAYS, (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()))
_API: Final = (*_ALWAYS, (b"content-security-policy", API_POLICY.encode()))
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


def security_headers(scheme: str, *, is_api: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of an answer. HSTS only over https: over http browsers must ignore it."""
    headers = _API if is_api else _PAGES
    return (*headers, _HSTS) if scheme == "https" else headers
