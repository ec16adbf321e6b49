"""Where a browser says that a request comes from somebody else's page, it is refused."""

import pytest
from starlette.requests import Request

from gateway.auth.csrf import check_csrf_token, check_origin
from gateway.problems import CsrfRefused

OTHERS = frozenset({"https://app.example"})


def request(method: str = "POST", **headers: str) -> Request:
    pairs = [
        (name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()
    ]
    return Request({"type": "http", "method": method, "headers": pairs})


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "a.example", "Origin": "https://a.example"},
        {"Host": "127.0.0.1:8080", "Origin": "http://127.0.0.1:8080"},
        {"Host": "a.example", "Origin": "https://app.example"},
        {"Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "none"},
    ],
)
def test_programs_and_our_own_pages_pass(headers: dict[str, str]) -> None:
    check_origin(request(**headers), OTHERS)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "a.example", "Origin": "https://evil.example"},
        {"Host": "a.example", "Origin": "https://a.example.evil.example"},
        {"Host": "a.example", "Origin": "https://a.example:8443"},
        {"Host": "a.example", "Origin": "null"},
        {"Host": "", "Origin": "null"},
        {"Origin": "null"},
        {"Host": "a.example", "Origin": ""},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
        {"Host": "a.example", "Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"},
    ],
)
def test_other_origins_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(CsrfRefused):
        check_origin(request(**headers), OTHERS)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_reads_need_no_token_and_no_origin(method: str) -> None:
    check_origin(request(method, Host="a.example", Origin="https://evil.example"), OTHERS)
    check_csrf_token(request(method), "secret")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUERY"])
def test_changes_need_the_sessions_own_token(method: str) -> None:
    check_csrf_token(request(method, X_CSRF_Token="secret"), "secret")
    for wrong in ("", "Secret", "secret ", "sécret"):
        with pytest.raises(CsrfRefused):
            check_csrf_token(request(method, X_CSRF_Token=wrong), "secret")
    with pytest.raises(CsrfRefused):
        check_csrf_token(request(method), "secret")


def test_a_session_without_a_token_changes_nothing() -> None:
    with pytest.raises(CsrfRefused):
        check_csrf_token(request(X_CSRF_Token=""), "")
