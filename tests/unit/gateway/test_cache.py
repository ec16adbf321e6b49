"""What credentials proved is remembered shortly, and forgotten on a word."""

import asyncio

import pytest

from gateway.auth.cache import PrincipalCache
from gateway.tenancy import Principal
from services.kit.errors import Unauthenticated


def principal(key: str = "key_1", expires: float = float("inf")) -> Principal:
    return Principal("ten_1", key, True, 1, "test", "", "", expires)  # is_key


class Identity:
    """Answers as often as it is asked, and counts."""

    def __init__(self, answer: Principal | None = None) -> None:
        self.asked = 0
        self.answer = answer or principal()
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def authenticate(self, _: str) -> Principal:
        self.asked += 1
        await self.may_answer.wait()
        return self.answer


class World:
    def __init__(self) -> None:
        self.now = 0.0
        self.is_pushed = True
        self.cache = PrincipalCache(
            lambda: self.is_pushed, now=lambda: self.now, time_of_day=lambda: self.now
        )


async def test_a_credential_is_asked_for_once_in_a_minute() -> None:
    world, identity = World(), Identity()
    for second in (0.0, 30.0, 59.9, 60.1):
        world.now = second
        assert await world.cache.get("secret", identity.authenticate) == identity.answer
    assert identity.asked == 2


async def test_without_nats_nothing_older_than_five_seconds_is_believed() -> None:
    world, identity = World(), Identity()
    await world.cache.get("secret", identity.authenticate)
    world.now, world.is_pushed = 4.9, False
    await world.cache.get("secret", identity.authenticate)
    assert identity.asked == 1
    world.now = 5.1
    await world.cache.get("secret", identity.authenticate)
    assert identity.asked == 2


async def test_a_revoked_credential_is_asked_for_again() -> None:
    world, identity, other = World(), Identity(), Identity(principal("key_2"))
    await world.cache.get("secret", identity.authenticate)
    await world.cache.get("other", other.authenticate)
    world.cache.forget("key_1")
    await world.cache.get("secret", identity.authenticate)
    await world.cache.get("other", other.authenticate)
    assert (identity.asked, other.asked) == (2, 1)


async def test_an_answer_overtaken_by_a_revocation_is_not_kept() -> None:
    world, identity = World(), Identity()
    identity.may_answer.clear()
    asking = asyncio.create_task(world.cache.get("secret", identity.authenticate))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    world.cache.forget("key_1")
    identity.may_answer.set()
    await asking
    await world.cache.get("secret", identity.authenticate)
    assert identity.asked == 2


async def test_many_at_once_ask_once() -> None:
    world, identity = World(), Identity()
    await asyncio.gather(*(world.cache.get("s", identity.authenticate) for _ in range(50)))
    assert identity.asked == 1


async def test_one_who_leaves_does_not_fail_the_others() -> None:
    world, identity = World(), Identity()
    identity.may_answer.clear()
    first = asyncio.create_task(world.cache.get("s", identity.authenticate))
    second = asyncio.create_task(world.cache.get("s", identity.authenticate))
    await asyncio.sleep(0)
    first.cancel()
    identity.may_answer.set()
    assert await second == identity.answer


async def test_a_refusal_is_passed_on_and_not_kept() -> None:
    world = World()
    asked = 0

    async def refuse(_: str) -> Principal:
        nonlocal asked
        asked += 1
        raise Unauthenticated("no")

    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await world.cache.get("secret", refuse)
    assert asked == 2


async def test_a_credential_is_not_believed_past_its_own_end() -> None:
    world, identity = World(), Identity(principal(expires=10))
    await world.cache.get("secret", identity.authenticate)
    world.now = 10.5
    await world.cache.get("secret", identity.authenticate)
    assert identity.asked == 2


async def test_after_a_reconnect_everything_is_asked_for_again() -> None:
    world, identity = World(), Identity()
    await world.cache.get("secret", identity.authenticate)
    world.cache.clear()
    await world.cache.get("secret", identity.authenticate)
    assert identity.asked == 2
