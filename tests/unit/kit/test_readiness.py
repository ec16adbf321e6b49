"""Readiness: it really asks, names what failed, and asks at most once a second."""

import asyncio

import pytest

from services.kit.errors import Unavailable
from services.kit.runtime.health import CACHED_S, Readiness

pytestmark = pytest.mark.usefixtures("virtual_time")


class Dependency:
    """Something that can be up, down or silent, and counts who asks."""

    def __init__(self) -> None:
        self.state = "up"
        self.asked = 0

    async def check(self) -> None:
        self.asked += 1
        if self.state == "down":
            raise Unavailable("it is down")
        if self.state == "broken":
            raise RuntimeError("with a secret in it")
        if self.state == "silent":
            await asyncio.sleep(3600)


def of(**dependencies: Dependency) -> Readiness:
    readiness = Readiness({name: each.check for name, each in dependencies.items()})
    readiness.is_open = True
    return readiness


@pytest.mark.parametrize(
    ("state", "complaint"),
    [("down", "it is down"), ("broken", "RuntimeError"), ("silent", "no answer in time")],
)
async def test_it_names_what_failed_and_only_that(state: str, complaint: str) -> None:
    good, bad = Dependency(), Dependency()
    bad.state = state
    assert await of(nats=good, postgresql=bad).failures() == {"postgresql": complaint}


async def test_many_who_ask_are_one_question() -> None:
    dependency = Dependency()
    readiness = of(postgresql=dependency)
    await asyncio.gather(*(readiness.failures() for _ in range(50)))
    assert dependency.asked == 1


async def test_what_went_down_is_seen_within_a_second() -> None:
    dependency = Dependency()
    readiness = of(postgresql=dependency)
    assert await readiness.failures() == {}
    dependency.state = "down"
    await asyncio.sleep(CACHED_S)
    assert await readiness.failures() == {"postgresql": "it is down"}
    dependency.state = "up"
    await asyncio.sleep(CACHED_S)
    assert await readiness.failures() == {}


async def test_it_is_not_ready_before_it_is_open_nor_while_draining() -> None:
    readiness = Readiness({})
    assert await readiness.failures() == {"process": "starting"}
    readiness.is_open = True
    assert await readiness.failures() == {}
    readiness.is_draining = True
    assert await readiness.failures() == {"process": "draining"}
