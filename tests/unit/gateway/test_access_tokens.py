"""Access tokens: every known way to forge or misuse a JWT is refused."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from joserfc import jws, jwt
from joserfc.jwk import OKPKey, RSAKey
from joserfc.util import urlsafe_b64decode, urlsafe_b64encode

from gateway.auth.access_tokens import AccessTokens
from gateway.auth.errors import AccessTokenInvalid

NOW = 1_800_000_000.0
KEY = OKPKey.generate_key("Ed25519", private=True)
KEY.ensure_kid()
OTHER = OKPKey.generate_key("Ed25519", private=True)
OTHER.ensure_kid()
CLAIMS: dict[str, Any] = {
    "iss": "promptpilot",
    "aud": "promptpilot",
    "sub": "usr_1",
    "tid": "ten_1",
    "sid": "ses_1",
    "mask": 1 << 14,
    "env": "",
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + 300,
}
HEADER = {"alg": "Ed25519", "typ": "at+jwt", "kid": KEY.kid}


def token(
    claims: dict[str, Any] | None = None, header: dict[str, Any] | None = None, key: Any = KEY
) -> str:
    header = {**HEADER, **(header or {})}
    return jwt.encode(header, {**CLAIMS, **(claims or {})}, key, algorithms=[header["alg"]])


def raw(header: dict[str, Any], claims: dict[str, Any], signature: bytes = b"") -> str:
    parts = (json.dumps(header).encode(), json.dumps(claims).encode(), signature)
    return ".".join(urlsafe_b64encode(part).decode() for part in parts)


class Clock:
    def __init__(self) -> None:
        self.monotonic = 0.0
        self.time = NOW


class Published:
    """The key set as identity publishes it, and how often it was read."""

    def __init__(self, *keys: OKPKey) -> None:
        self.keys = list(keys)
        self.reads = 0

    async def fetch(self) -> str:
        self.reads += 1
        shown = [
            {**key.as_dict(private=False), "alg": "Ed25519", "use": "sig"} for key in self.keys
        ]
        return json.dumps({"keys": shown})


def verifier(published: Published, clock: Clock | None = None) -> AccessTokens:
    clock = clock or Clock()
    return AccessTokens(
        published.fetch,
        issuer="promptpilot",
        now=lambda: clock.monotonic,
        time_of_day=lambda: clock.time,
    )


async def test_a_good_token_says_who_calls() -> None:
    principal = await verifier(Published(KEY)).verify(token())
    assert principal.tenant_id == "ten_1"
    assert principal.actor_id == "usr_1"
    assert principal.session_id == principal.credential_id == "ses_1"
    assert principal.permission_mask == 1 << 14
    assert not principal.is_key
    assert principal.expires == NOW + 305


def hmac_with_public_key(public: bytes) -> str:
    """The classic confusion: HS256 keyed with what everybody knows."""
    unsigned = raw({**HEADER, "alg": "HS256"}, CLAIMS).rpartition(".")[0]
    signature = hmac.digest(public, unsigned.encode(), "sha256")
    return f"{unsigned}.{urlsafe_b64encode(signature).decode()}"


def signed_by_rsa() -> str:
    return token(header={"alg": "RS256"}, key=RSAKey.generate_key(2048))


def own_jwk_in_header() -> str:
    header = {**HEADER, "kid": OTHER.kid, "jwk": OTHER.as_dict(private=False)}
    registry = jws.JWSRegistry(algorithms=["Ed25519"], strict_check_header=False)
    return jws.serialize_compact(header, json.dumps(CLAIMS), OTHER, registry=registry)


def changed_claims() -> str:
    header, _, signature = token().split(".")
    claims = urlsafe_b64encode(json.dumps({**CLAIMS, "tid": "ten_2"}).encode()).decode()
    return f"{header}.{claims}.{signature}"


FORGERIES: dict[str, Callable[[], str]] = {
    "alg none": lambda: raw({**HEADER, "alg": "none"}, CLAIMS),
    "alg None, no signature": lambda: raw({**HEADER, "alg": "None"}, CLAIMS),
    "no signature": lambda: raw(HEADER, CLAIMS),
    "HS256 with the public key as PEM": lambda: hmac_with_public_key(KEY.as_pem(private=False)),
    "HS256 with the public key's bytes": lambda: hmac_with_public_key(
        urlsafe_b64decode(str(KEY.as_dict(private=False)["x"]).encode())
    ),
    "RS256": signed_by_rsa,
    "own key in the header": own_jwk_in_header,
    "another key under a known kid": lambda: token(header={"kid": KEY.kid}, key=OTHER),
    "unknown kid": lambda: token(header={"kid": OTHER.kid}, key=OTHER),
    "kid as a path": lambda: token(header={"kid": "../../dev/null"}),
    "kid as SQL": lambda: token(header={"kid": "' OR 1=1 --"}),
    "kid as a number": lambda: raw({**HEADER, "kid": 1}, CLAIMS),
    "no kid": lambda: raw({"alg": "Ed25519", "typ": "at+jwt"}, CLAIMS),
    "typ JWT": lambda: token(header={"typ": "JWT"}),
    "no typ": lambda: raw({"alg": "Ed25519", "kid": KEY.kid}, CLAIMS),
    "wrong issuer": lambda: token({"iss": "somebody"}),
    "wrong audience": lambda: token({"aud": "somebody"}),
    "audience as a list": lambda: token({"aud": ["promptpilot", "else"]}),
    "expired": lambda: token({"exp": NOW - 6}),
    "not yet good": lambda: token({"nbf": NOW + 6}),
    "no end": lambda: token({"exp": None}),
    "end as text": lambda: token({"exp": "9999999999"}),
    "end as a truth": lambda: token({"exp": True}),
    "no tenant": lambda: token({"tid": ""}),
    "no user": lambda: token({"sub": None}),
    "mask as text": lambda: token({"mask": "255"}),
    "mask below zero": lambda: token({"mask": -1}),
    "mask of 65 bits": lambda: token({"mask": 1 << 64}),
    "mask as a truth": lambda: token({"mask": True}),
    "changed claims": lambda: token().replace(
        token().split(".")[1],
        urlsafe_b64encode(json.dumps({**CLAIMS, "tid": "x"}).encode()).decode(),
    ),
    "two parts": lambda: ".".join(token().split(".")[:2]),
    "garbage": lambda: "a.b.c",
    "empty": lambda: "",
    "a list as header": lambda: urlsafe_b64encode(b"[]").decode() + ".e30.",
    "very long": lambda: token({"pad": "x" * 5000}),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_or_foreign_token_is_refused(name: str) -> None:
    with pytest.raises(AccessTokenInvalid):
        await verifier(Published(KEY)).verify(FORGERIES[name]())


async def test_a_clock_that_is_a_little_off_is_forgiven() -> None:
    tokens = verifier(Published(KEY))
    await tokens.verify(token({"exp": NOW - 4}))
    await tokens.verify(token({"nbf": NOW + 4}))


async def test_a_new_key_is_learnt_when_it_is_first_seen() -> None:
    published, clock = Published(KEY), Clock()
    tokens = verifier(published, clock)
    await tokens.verify(token())
    published.keys.append(OTHER)
    clock.monotonic = 11
    await tokens.verify(token(header={"kid": OTHER.kid}, key=OTHER))
    assert published.reads == 2


async def test_a_key_that_was_withdrawn_is_believed_for_five_minutes_at_most() -> None:
    published, clock = Published(KEY, OTHER), Clock()
    tokens = verifier(published, clock)
    foreign = token(header={"kid": OTHER.kid}, key=OTHER)
    await tokens.verify(foreign)
    published.keys.remove(OTHER)
    clock.monotonic = 301
    with pytest.raises(AccessTokenInvalid):
        await tokens.verify(foreign)


async def test_made_up_kids_do_not_make_us_ask_again_and_again() -> None:
    published, clock = Published(KEY), Clock()
    tokens = verifier(published, clock)
    for number in range(50):
        with pytest.raises(AccessTokenInvalid):
            await tokens.verify(token(header={"kid": f"kid-{number}"}))
    assert published.reads == 1
