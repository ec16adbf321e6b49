"""argon2id on bounded threads."""

import asyncio
import threading

import pytest

from services.identity.adapters import Argon2Passwords
from services.identity.errors import PasswordChecksBusy
from services.identity.settings import PasswordSettings

CHEAP = PasswordSettings(time_cost=1, memory_kib=64, parallelism=1, threads=1, most_waiting=2)
NARROW = CHEAP.model_copy(update={"most_waiting": 1})


async def test_a_password_matches_its_own_hash_only() -> None:
    passwords = Argon2Passwords(CHEAP)
    stored = await passwords.hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=64,t=1,p=1$")
    assert await passwords.verify("correct horse", stored)
    assert not await passwords.verify("correct horsf", stored)
    assert stored != await passwords.hash("correct horse")
    await passwords.close()


@pytest.mark.parametrize("stored", [None, "", "no hash", "$argon2id$v=19$m=64,t=1,p=1$AAAA$BBBB"])
async def test_nobody_and_a_broken_hash_match_no_password(stored: str | None) -> None:
    passwords = Argon2Passwords(CHEAP)
    assert not await passwords.verify("", stored)
    assert not await passwords.verify("correct horse", stored)
    await passwords.close()


async def test_a_hash_of_other_parameters_is_to_be_renewed() -> None:
    old, new = Argon2Passwords(CHEAP), Argon2Passwords(CHEAP.model_copy(update={"time_cost": 2}))
    stored = await old.hash("correct horse")
    assert not old.needs_rehash(stored)
    assert new.needs_rehash(stored)
    assert await new.verify("correct horse", stored)
    await old.close()
    await new.close()


async def test_one_more_than_fits_is_turned_away_and_told_when_to_come_back() -> None:
    passwords = Argon2Passwords(NARROW)
    fits = [asyncio.create_task(passwords.hash("correct horse")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(PasswordChecksBusy) as caught:
        await passwords.hash("correct horse")
    assert caught.value.retry_after_s == 1
    assert len(await asyncio.gather(*fits)) == 2
    assert await passwords.hash("correct horse")
    await passwords.close()


async def test_a_caller_who_goes_away_frees_the_place_only_when_the_thread_is_done() -> None:
    passwords = Argon2Passwords(NARROW)
    is_at_work, may_end = threading.Event(), threading.Event()

    def work() -> None:
        is_at_work.set()
        may_end.wait()

    running = asyncio.create_task(passwords._run(work))
    waiting = asyncio.create_task(passwords.hash("x"))
    await asyncio.to_thread(is_at_work.wait)
    running.cancel()
    waiting.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)
    # Whoever waited is out at once; the thread itself is still at work and counts.
    again = asyncio.create_task(passwords.hash("x"))
    await asyncio.sleep(0)
    with pytest.raises(PasswordChecksBusy):
        await passwords.hash("x")
    may_end.set()
    assert await again
    await passwords.close()
