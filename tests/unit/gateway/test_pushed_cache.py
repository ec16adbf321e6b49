"""What is remembered is bounded, and a word of a change overtakes every answer from before it."""

import asyncio
from collections.abc import Awaitable, Callable

from gateway.pushed_cache import PushedCache


class Source:
    """Answers with its present text, and counts how often it was asked."""

    def __init__(self, text: str = "old") -> None:
        self.text = text
        self.asked = 0
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def ask(self) -> str:
        self.asked += 1
        text = self.text
        await self.may_answer.wait()
        return text


def cache(most: int = 100) -> PushedCache[str, str]:
    return PushedCache(
        lambda: True, lambda text: (text,), ttl_s=60, ttl_unpushed_s=0, weigh=len, most=most
    )


def giving(text: str) -> Callable[[], Awaitable[str]]:
    return Source(text).ask


async def test_who_asks_after_a_word_does_not_get_an_answer_from_before_it() -> None:
    kept, source = cache(), Source()
    source.may_answer.clear()
    before = asyncio.create_task(kept.get("key", source.ask))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    source.text = "new"
    kept.forget("any mark")
    after = asyncio.create_task(kept.get("key", source.ask))
    await asyncio.sleep(0)
    source.may_answer.set()
    assert (await before, await after) == ("old", "new")
    assert await kept.get("key", source.ask) == "new"


async def test_the_least_lately_used_make_room() -> None:
    kept = cache(most=9)
    sources = {key: Source(key * 3) for key in "abcd"}
    for key in "abcad":
        await kept.get(key, sources[key].ask)
    for key in "acd":
        await kept.get(key, sources[key].ask)
    assert {key: source.asked for key, source in sources.items()} == {
        "a": 1,
        "b": 1,
        "c": 1,
        "d": 1,
    }
    await kept.get("b", sources["b"].ask)
    assert sources["b"].asked == 2


async def test_what_is_heavier_than_all_that_may_be_kept_is_not_kept() -> None:
    kept = cache(most=5)
    small, large = Source("small"), Source("too large")
    for _ in range(2):
        assert await kept.get("large", large.ask) == "too large"
    assert large.asked == 2
    for _ in range(2):
        await kept.get("small", small.ask)
    assert small.asked == 1


async def test_forgetting_one_mark_leaves_the_others_and_room_is_given_back() -> None:
    kept = cache(most=6)
    for _ in range(100):
        await kept.get("one", giving("one"))
        kept.forget("one")
    other = Source("two")
    await kept.get("two", other.ask)
    await kept.get("one", giving("one"))
    kept.forget("one")
    await kept.get("two", other.ask)
    assert other.asked == 1


async def test_without_words_nothing_is_believed_when_its_time_is_zero() -> None:
    is_pushed = True
    kept = PushedCache[str, str](lambda: is_pushed, lambda _: (), ttl_s=60, ttl_unpushed_s=0)
    source = Source()
    await kept.get("key", source.ask)
    is_pushed = False
    source.text = "new"
    assert await kept.get("key", source.ask) == "new"
