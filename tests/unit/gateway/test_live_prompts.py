"""A reader of changes gets them in order, and is told when it did not get all."""

import asyncio

from gateway.live.prompts import PromptChange, Reader


def change(number: int, prompt_id: str = "prm_1") -> PromptChange:
    body = {"prompt_id": prompt_id, "version": number}
    return PromptChange("ten_1", "prompt_label.set", body)


async def drained(reader: Reader) -> list[int | None]:
    """Return the numbers of what waits for the reader; None where it missed something."""
    found: list[int | None] = []
    try:
        async with asyncio.timeout(0):
            while True:
                item = await anext(reader)
                found.append(item.body["version"] if item else None)
    except TimeoutError:
        return found


async def test_changes_come_in_order() -> None:
    reader = Reader(frozenset())
    for number in range(100):
        reader.take(change(number))
    assert await drained(reader) == list(range(100))


async def test_a_reader_that_is_too_slow_is_told_so_once_and_goes_on() -> None:
    reader = Reader(frozenset())
    for number in range(257):
        reader.take(change(number))
    reader.take(change(1000))
    assert await drained(reader) == [None, 1000]


async def test_only_changes_of_wanted_prompts_wait() -> None:
    reader = Reader(frozenset({"prm_1"}))
    for number in range(1000):
        reader.take(change(number, "prm_2"))
    reader.take(change(7))
    assert await drained(reader) == [7]


async def test_a_reader_wakes_when_something_comes() -> None:
    reader = Reader(frozenset())
    waiting = asyncio.ensure_future(anext(reader))
    await asyncio.sleep(0)
    reader.miss()
    assert await waiting is None
