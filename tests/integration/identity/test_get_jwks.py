"""GetJwks and the access tokens that its keys verify; rotation without a moment of doubt."""

import asyncio
import json
from base64 import b64encode, urlsafe_b64encode
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey
from pydantic import SecretStr

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.rules.roles import Role, mask_of
from services.identity.rules.signing_keys import make_pair
from services.identity.settings import IdentitySettings, SigningSettings
from services.kit.errors import Internal
from services.kit.settings import DatabaseSettings
from tests.support.clock import HeldClock
from tests.support.identity import (
    Door,
    from_base64url,
    identity_running,
    settings_for,
    unverified_claims,
)
from tests.support.stack import Stack


async def jwks(door: Door) -> dict[str, Any]:
    answer = await door.call("GetJwks", pb.GetJwksRequest())
    document: dict[str, Any] = json.loads(answer.jwks_json)
    return document


def header(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(from_base64url(token.split(".", maxsplit=1)[0]))
    return decoded


def verified(token: str, document: Any) -> dict[str, Any]:
    keys = KeySet.import_key_set(document)
    claims: dict[str, Any] = jwt.decode(token, keys, algorithms=["Ed25519"]).claims
    return claims


def base64url(part: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def test_the_key_set_holds_public_ed25519_keys_only(identity: Door) -> None:
    keys = (await jwks(identity))["keys"]
    assert len(keys) >= 2
    for key in keys:
        assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
        assert (key["kty"], key["crv"], key["use"], key["alg"]) == (
            "OKP",
            "Ed25519",
            "sig",
            "Ed25519",
        )


async def test_an_access_token_says_who_where_and_what_for_and_verifies(identity: Door) -> None:
    signed_up = await identity.sign_up()
    token = signed_up.tokens.access_token
    claims = verified(token, await jwks(identity))
    assert claims["iss"] == "promptpilot"
    assert claims["aud"] == "promptpilot"
    assert claims["sub"] == signed_up.user.id
    assert claims["tid"] == signed_up.tenant.id
    assert claims["sid"] == signed_up.tokens.session_id
    assert claims["mask"] == mask_of(Role.OWNER)
    assert claims["env"] == ""
    assert claims["exp"] - claims["iat"] == 300
    assert claims["nbf"] == claims["iat"]
    assert set(header(token)) == {"alg", "typ", "kid"}
    assert header(token)["typ"] == "at+jwt"
    assert header(token)["alg"] == "Ed25519"


async def test_a_token_holds_no_personal_data(identity: Door) -> None:
    signed_up = await identity.sign_up()
    text = json.dumps(unverified_claims(signed_up.tokens.access_token))
    assert signed_up.user.email not in text
    assert signed_up.user.display_name not in text


async def test_forgeries_do_not_verify_with_the_key_set(identity: Door) -> None:
    token = (await identity.sign_up()).tokens.access_token
    document = await jwks(identity)
    head, body, signature = token.split(".")
    kid = header(token)["kid"]
    public = next(key for key in document["keys"] if key["kid"] == kid)
    claims = unverified_claims(token) | {"mask": (1 << 63) - 1}
    # HS256 with the public key as the secret; nobody's signature; another's body; another key id.
    confused = jwt.encode(
        {"alg": "HS256", "kid": kid}, claims, OctKey.import_key(from_base64url(public["x"]))
    )
    other_body = base64url(claims)
    stranger = jwt.encode(
        {"alg": "Ed25519", "kid": kid}, claims, make_pair(), algorithms=["Ed25519"]
    )
    forged = (
        confused,
        f"{base64url({'alg': 'none', 'kid': kid})}.{other_body}.",
        stranger,
        f"{head}.{other_body}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-8]}AAAAAAAA",
    )
    for each in forged:
        with pytest.raises((JoseError, ValueError)):
            verified(each, document)
    assert verified(token, document)


@pytest.fixture
async def own_settings(stack: Stack, own_database: DatabaseSettings) -> IdentitySettings:
    """Settings with a database of its own, because signing keys belong to a whole database."""
    return await settings_for(
        stack,
        database=own_database,
        signing=SigningSettings(rotate_after_s=1000, publish_ahead_s=100, keep_retired_s=400),
        job_interval_s=0.05,
    )


async def key_ids(door: Door) -> set[str]:
    return {key["kid"] for key in (await jwks(door))["keys"]}


async def test_the_next_key_is_published_before_it_signs_and_the_old_one_after(
    own_settings: IdentitySettings,
) -> None:
    clock = HeldClock()
    async with identity_running(own_settings, clock) as door:
        old = (await door.sign_up()).tokens.access_token
        published = await key_ids(door)
        assert len(published) == 2
        assert header(old)["kid"] in published
        clock.advance(timedelta(seconds=1000))
        async with asyncio.timeout(10):
            while len(await key_ids(door)) < 3:
                await asyncio.sleep(0.05)
        new = (await door.sign_up()).tokens.access_token
        assert header(new)["kid"] in published - {header(old)["kid"]}
        document = await jwks(door)
        assert verified(new, document)
        assert verified(old, document)
        clock.advance(timedelta(seconds=401))
        async with asyncio.timeout(10):
            while header(old)["kid"] in await key_ids(door):
                await asyncio.sleep(0.05)
        assert verified(new, await jwks(door))


async def test_all_replicas_sign_with_one_key_and_rotate_once(
    own_settings: IdentitySettings,
) -> None:
    clock = HeldClock()
    async with (
        identity_running(own_settings, clock) as one,
        identity_running(own_settings, clock) as other,
    ):
        kids = {header((await door.sign_up()).tokens.access_token)["kid"] for door in (one, other)}
        assert len(kids) == 1
        clock.advance(timedelta(seconds=1000))
        async with asyncio.timeout(10):
            while len(await key_ids(one)) < 3:
                await asyncio.sleep(0.05)
        later = {header((await door.sign_up()).tokens.access_token)["kid"] for door in (one, other)}
        assert len(later) == 1
        assert not later & kids
        assert len(await key_ids(other)) == 3


async def test_private_keys_are_sealed_and_another_master_key_does_not_open_them(
    own_settings: IdentitySettings, stack: Stack
) -> None:
    async with identity_running(own_settings) as door:
        await door.sign_up()
    url = own_settings.database.url.get_secret_value()
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT private_sealed FROM control.signing_keys")
    await connection.close()
    assert len(rows) == 2
    for row in rows:
        assert b'"d"' not in row["private_sealed"]
        assert b"kty" not in row["private_sealed"]
    stranger = own_settings.model_copy(update={"kek": SecretStr(b64encode(bytes(32)).decode())})
    async with identity_running(stranger) as door:
        with pytest.raises(Internal):
            await door.sign_up()
