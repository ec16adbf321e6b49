"""What the clock does: rows of the past go, and what may still be needed stays."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import make_url

from promptpilot.identity.v1 import identity_pb2 as pb
from services.identity.settings import IdentitySettings, SessionSettings
from services.kit.errors import AppError
from services.kit.settings import DatabaseSettings
from tests.support.clock import HeldClock
from tests.support.identity import identity_running, new_email, settings_for
from tests.support.stack import Stack

DAY_S = 86_400


@pytest.fixture
async def own_settings(stack: Stack, own_database: DatabaseSettings) -> IdentitySettings:
    """Settings with a database of its own: other tests' rows must not go."""
    return await settings_for(
        stack,
        database=own_database,
        sessions=SessionSettings(token_idle_s=DAY_S, token_absolute_s=DAY_S),
        job_interval_s=0.05,
    )


async def count(settings: IdentitySettings, table: str) -> int:
    connection = await asyncpg.connect(settings.database.url.get_secret_value())
    try:
        return int(await connection.fetchval(f"SELECT count(*) FROM control.{table}"))
    finally:
        await connection.close()


async def until_gone(settings: IdentitySettings, table: str) -> None:
    async with asyncio.timeout(10):
        while await count(settings, table):
            await asyncio.sleep(0.05)


async def test_a_session_is_removed_a_week_after_its_end_with_its_refresh_tokens(
    own_settings: IdentitySettings,
) -> None:
    clock = HeldClock()
    async with identity_running(own_settings, clock) as door:
        ended = (await door.sign_up()).tokens
        clock.advance(timedelta(days=7))
        kept = (await door.sign_up()).tokens
        await door.call("RefreshTokens", pb.RefreshTokensRequest(refresh_token=kept.refresh_token))
        assert await count(own_settings, "sessions") == 2
        assert await count(own_settings, "refresh_tokens") == 3
        clock.advance(timedelta(days=1, seconds=1))
        async with asyncio.timeout(10):
            while await count(own_settings, "sessions") > 1:
                await asyncio.sleep(0.05)
        assert await count(own_settings, "refresh_tokens") == 2
        for tokens, reason in ((ended, "REFRESH_TOKEN_INVALID"), (kept, "REFRESH_TOKEN_REUSED")):
            request = pb.RefreshTokensRequest(refresh_token=tokens.refresh_token)
            with pytest.raises(AppError) as caught:
                await door.call("RefreshTokens", request)
            assert caught.value.reason == reason


async def test_attempts_are_forgotten_when_their_window_is_over(
    own_settings: IdentitySettings,
) -> None:
    clock = HeldClock()
    async with identity_running(own_settings, clock) as door:
        request = pb.LogInRequest(
            email=new_email(), password="wrong", session_kind=pb.SESSION_KIND_TOKEN
        )
        with pytest.raises(AppError):
            await door.call("LogIn", request)
        assert await count(own_settings, "attempt_counts") == 1
        clock.advance(timedelta(seconds=901))
        await until_gone(own_settings, "attempt_counts")
        assert await count(own_settings, "users") == 0


async def test_jobs_go_on_after_the_database_was_away(
    own_settings: IdentitySettings, stack: Stack
) -> None:
    clock = HeldClock()
    database = make_url(own_settings.database.url.get_secret_value()).database
    async with identity_running(own_settings, clock) as door:
        await door.sign_up()
        await stack.query("identity", "SELECT 1")
        connection = await asyncpg.connect(stack.postgres.url("postgres"))
        for _ in range(3):
            await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
                database,
            )
            await asyncio.sleep(0.1)
        await connection.close()
        clock.advance(timedelta(days=9))
        await until_gone(own_settings, "sessions")
        assert (await door.sign_up()).tokens.access_token
