"""How the index of prompts is brought up to what they are: by who searches, before it is asked.

Writers do not touch it: an index that is written along with each change lengthens the time that a
prompt is locked by half, for something that a hundred versions need once. So each search first
indexes what has changed since, as a rule one prompt or none, and finds what was saved a moment
ago. What is more than a search can wait for is left to the job. Decision 0011 has figures.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from services.kit.ids import TenantId
from services.kit.work import Tx
from services.prompts.models import Prompt
from services.prompts.repository.search import Search
from services.prompts.rules.search.documents import INDEX_VERSION, PromptTexts, document
from services.prompts.rules.search.embedding import Embedder

# What one search, or one turn of the job, indexes at most: some 30 ms.
MOST_AT_ONCE: Final = 25
# What the texts of a prompt are read up to: more than the index takes in.
_MOST_BYTES: Final = 500_000
# A change is seen once it is committed, and bears the time at which its transaction began.
_LONGEST_TRANSACTION: Final = timedelta(seconds=60)
_MOST_TENANTS: Final = 10_000


class SearchIndex:
    """The index of all tenants, and what this process knows of how far it is.

    `embedder` runs inside of transactions: it must be quick, and ask nobody.
    """

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        # Up to when all that changed is known to be indexed.
        self._known: OrderedDict[TenantId, datetime] = OrderedDict()
        # Tenants in which more is to be done than a search could wait for, and a bell for them.
        self._behind: set[TenantId] = set()
        self.has_behind = asyncio.Event()

    async def catch_up(self, tx: Tx, *, is_thorough: bool = False) -> bool:
        """Index prompts that are not indexed as they are, last changed first.

        Returns whether none is left. `is_thorough`: trust nothing that this process remembers. No
        prompt is locked: who indexes a state that has passed meanwhile writes its revision beside
        it, and so it is indexed again.
        """
        since = None if is_thorough else self._known.get(tx.tenant)
        search = Search(tx)
        stale = await search.stale(INDEX_VERSION, since, MOST_AT_ONCE + 1)
        await self._index(search, stale[:MOST_AT_ONCE])
        if len(stale) > MOST_AT_ONCE:
            self._behind.add(tx.tenant)
            self.has_behind.set()
            return False
        tenant, time = tx.tenant, tx.now - _LONGEST_TRANSACTION
        tx.after_commit(lambda: self._remember(tenant, time))
        return True

    def take_behind(self) -> set[TenantId]:
        """Return the tenants in which more is to be done, and forget them."""
        taken, self._behind = self._behind, set()
        self.has_behind.clear()
        return taken

    async def _index(self, search: Search, prompts: Sequence[Prompt]) -> None:
        if not prompts:
            return
        texts = await search.texts(prompts, most_bytes=_MOST_BYTES, is_each=True)
        # In a thread: the longest prompts take some 30 ms each.
        await search.write(await asyncio.to_thread(self._entries, prompts, texts))

    def _entries(
        self, prompts: Sequence[Prompt], texts: dict[str, PromptTexts]
    ) -> list[dict[str, Any]]:
        return [
            {
                "prompt_id": prompt.id,
                "revision": prompt.revision,
                "index_version": INDEX_VERSION,
                "words": document(texts[prompt.id]),
                "models": texts[prompt.id].models,
                "embedder": self.embedder.name,
                "embedding": self.embedder.embed(texts[prompt.id]),
            }
            # In one order for all, so that two who index the same never wait for each other.
            for prompt in sorted(prompts, key=lambda prompt: prompt.id)
        ]

    def _remember(self, tenant: TenantId, time: datetime) -> None:
        self._known[tenant] = max(time, self._known.get(tenant, time))
        self._known.move_to_end(tenant)
        if len(self._known) > _MOST_TENANTS:
            self._known.popitem(last=False)
