"""Search of prompts.

What finding one among 5,000 costs, also right after a write, and what a new tenant costs.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from services.kit.db import Database
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.migrations import tenant_tree
from services.kit.work import UnitOfWork
from services.prompts.adapters import read_library
from services.prompts.commands.create_prompt import create_prompt
from services.prompts.commands.create_prompt_version import create_prompt_version
from services.prompts.commands.index_prompts import SearchIndex
from services.prompts.commands.provision_tenant import provision_tenant
from services.prompts.jobs import Reindexer
from services.prompts.queries.search import find_similar_prompts, search_prompts
from services.prompts.repository.search import SearchFilter
from services.prompts.rules.content import ContentDraft, PromptType
from services.prompts.rules.search.embedding import LocalHashing
from tests.bench.report import heading, line, ms, percentile
from tests.support.stack import Stack, running_stack

_PROMPTS: Final = 5_000
_CHARACTERS: Final = 2_000
_ACTOR: Final = ActorId(new_id("usr"))
_ROUNDS: Final = 100


def measure() -> None:
    """Measure on a durable PostgreSQL of its own."""
    with running_stack(is_durable=True) as stack:
        asyncio.run(_measure(stack))


async def _measure(stack: Stack) -> None:
    heading(f"Search of prompts ({_PROMPTS:,} of {_CHARACTERS:,} characters, fsync on)")
    database = Database(await stack.database_for("prompts"))
    try:
        work = UnitOfWork(database, tenant_tree("prompts"))
        await _new_tenants(work)
        tenant = await _new_tenant(work)
        texts = _Texts()
        await _fill(work, tenant, texts)
        await _index(work, tenant)
        await _search(work, tenant, texts)
        await _writes(work, tenant, texts)
    finally:
        await database.close()


class _Texts:
    """Texts in which words are as rare as in real ones: the n-th of 8,000 occurs 1/n as often."""

    def __init__(self) -> None:
        self._random = random.Random(1)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.words = [
            "".join(self._random.choices(letters, k=self._random.randint(3, 10)))
            for _ in range(8_000)
        ]
        self._weights = [1 / (rank + 1) for rank in range(len(self.words))]

    def text(self) -> str:
        """Return a text of some 2,000 characters."""
        chosen = self._random.choices(self.words, self._weights, k=_CHARACTERS // 6)
        return " ".join(chosen)[:_CHARACTERS]


async def _new_tenant(work: UnitOfWork) -> TenantId:
    tenant = TenantId(new_id("ten"))
    async with work.begin_control() as tx:
        await provision_tenant(tx, tenant, _LIBRARY)
    return tenant


async def _new_tenants(work: UnitOfWork) -> None:
    spent = await _timed(lambda: _new_tenant(work), 200)
    line("make a tenant of prompts, p50", ms(spent), bar="25 ms")


async def _fill(work: UnitOfWork, tenant: TenantId, texts: _Texts) -> None:
    for number in range(_PROMPTS):
        await create_prompt(
            work,
            tenant,
            _ACTOR,
            name=f"team{number % 40}/area{number % 7}/prompt-{number}",
            description="A prompt of the bench",
            tags=["bench"],
            draft=ContentDraft(PromptType.TEXT, texts.text()),
            note="",
        )


async def _search(work: UnitOfWork, tenant: TenantId, texts: _Texts) -> None:
    for what, query in (
        ("a rare word", texts.words[3_000]),
        ("two words, one of them begun", f"{texts.words[200]} {texts.words[90][:3]}"),
        ("a phrase", f'"{texts.words[3]} {texts.words[9]}"'),
        ("a word of half of the prompts", texts.words[60]),
        ("a word of all prompts", "bench"),
        ("a letter", "p"),
        ("nothing, the newest", ""),
    ):

        async def found(query: str = query) -> object:
            only = SearchFilter()
            return await search_prompts(
                work, tenant, _INDEX, text=query, only=only, size=20, token=""
            )

        line(f"search {what}, p50", ms(await _timed(found)))
    name = f"team1/area1/prompt-{40 * 7 + 1}"
    near = partial(find_similar_prompts, work, tenant, _INDEX, reference=name, size=5)
    line("five similar prompts, p50", ms(await _timed(near)))


async def _writes(work: UnitOfWork, tenant: TenantId, texts: _Texts) -> None:
    async def version() -> object:
        draft = ContentDraft(PromptType.TEXT, texts.text())
        name = f"team0/area0/prompt-{280 * random.randrange(10)}"
        return await create_prompt_version(
            work, tenant, _ACTOR, reference=name, draft=draft, note=""
        )

    async def search() -> object:
        query, only = texts.words[3_000], SearchFilter()
        return await search_prompts(work, tenant, _INDEX, text=query, only=only, size=20, token="")

    written, found = [], []
    for _ in range(_ROUNDS):
        written.append(await _timed(version, 1))
        found.append(await _timed(search, 1))
    line("save a version, p50", ms(percentile(written, 0.5)))
    line("search a rare word right after it, p50", ms(percentile(found, 0.5)))


async def _index(work: UnitOfWork, tenant: TenantId) -> None:
    began = time.perf_counter()
    await Reindexer(work, _INDEX, 600).index_tenant(tenant)
    spent = time.perf_counter() - began
    line("index a prompt, one of all of them", ms(spent / _PROMPTS))


async def _timed(call: Callable[[], Awaitable[object]], rounds: int = _ROUNDS) -> float:
    spent = []
    for _ in range(rounds):
        began = time.perf_counter()
        await call()
        spent.append(time.perf_counter() - began)
    return percentile(spent, 0.5)


_LIBRARY: Final = read_library()
_INDEX: Final = SearchIndex(LocalHashing())
