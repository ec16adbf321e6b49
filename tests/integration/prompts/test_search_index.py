"""The index of prompts: brought up to what they are by who searches, and by the job."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.db import Database
from services.kit.migrations import tenant_tree
from services.kit.work import UnitOfWork
from services.prompts.commands.index_prompts import MOST_AT_ONCE, SearchIndex
from services.prompts.jobs import Reindexer
from services.prompts.rules.search.embedding import LocalHashing
from tests.integration.prompts.conftest import Tenant, gather_all, text_content
from tests.integration.prompts.searching import names, update
from tests.support.stack import Stack

_STALE = """
    SELECT prompts.name FROM {schema}.prompts LEFT JOIN {schema}.prompt_search
      ON prompt_search.prompt_id = prompts.id AND prompt_search.revision = prompts.revision
      AND prompt_search.index_version = 1
    WHERE prompt_search.prompt_id IS NULL
"""


@dataclass(frozen=True)
class Replica:
    """What another process of the service has, with an index that remembers nothing yet."""

    work: UnitOfWork
    index: SearchIndex
    job: Reindexer

    async def catch_up(self, tenant: Tenant, *, is_thorough: bool = False) -> bool:
        """Index as a search does."""
        async with self.work.begin(tenant.id) as tx:
            return await self.index.catch_up(tx, is_thorough=is_thorough)


@pytest.fixture
async def replica(stack: Stack) -> AsyncIterator[Replica]:
    """Give another process of the service."""
    database = Database(await stack.database_for("prompts"))
    work, index = UnitOfWork(database, tenant_tree("prompts")), SearchIndex(LocalHashing())
    try:
        yield Replica(work, index, Reindexer(work, index, 600))
    finally:
        await database.close()


async def stale(tenant: Tenant) -> set[str]:
    return {row["name"] for row in await tenant.query(_STALE)}


async def change_outside(tenant: Tenant, prompt: pb.Prompt, *, age: str = "0 s") -> None:
    """Change a prompt as a process does that knows no index."""
    await tenant.query(
        "UPDATE {schema}.prompts SET description = 'plums', revision = revision + 1,"
        " update_time = now() - $2::text::interval WHERE id = $1",
        prompt.id,
        age,
    )


async def test_every_change_is_indexed_by_the_next_search(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("one", name="changing")
    changes = (
        tenant.new_version(prompt, "two"),
        tenant.set_label(prompt, "production", 1),
        tenant.set_label(prompt, "production", 2),
        tenant.roll_back(prompt, "production"),
        tenant.remove_label(prompt, "production"),
        update(tenant, prompt, description="three", tags=["four"]),
        tenant.call("ArchivePrompt", pb.ArchivePromptRequest(prompt_id=prompt.id)),
    )
    for change in changes:
        await change
        assert "changing" in await stale(tenant)
        await names(tenant, "anything")
        assert await stale(tenant) == set()


async def test_many_writers_of_one_prompt_leave_the_text_of_the_last(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt("unwritten", name="busy")
    done = await gather_all(
        *(tenant.new_version(prompt, f"text of writer{number}") for number in range(12)),
        *(names(tenant, "writer") for _ in range(12)),
    )
    assert not [one for one in done if isinstance(one, Exception)]
    (row,) = await tenant.query(
        "SELECT content FROM {schema}.prompt_versions WHERE prompt_id = $1 AND number = 13",
        prompt.id,
    )
    last = row["content"].split("writer")[1].split('"')[0]
    assert await names(tenant, f'"writer{last}"') == ["busy"]
    others = [number for number in range(12) if str(number) != last]
    assert [await names(tenant, f'"writer{number}"') for number in others] == [[]] * 11


async def test_what_another_process_wrote_is_found_at_once(
    tenant: Tenant, replica: Replica
) -> None:
    prompt = await tenant.new_prompt("pears", name="changed")
    assert await replica.catch_up(tenant)
    await change_outside(tenant, prompt)
    assert await names(tenant, "plums") == ["changed"]


async def test_what_changed_long_before_it_was_committed_is_left_to_the_job(
    tenant: Tenant, replica: Replica
) -> None:
    """A search looks back as far as a transaction can last; the job looks at everything."""
    prompt = await tenant.new_prompt("pears", name="changed")
    assert await replica.catch_up(tenant)
    await change_outside(tenant, prompt, age="1 hour")
    assert await replica.catch_up(tenant)
    assert await stale(tenant) == {"changed"}
    await replica.job.index_tenant(tenant.id)
    assert await stale(tenant) == set()


async def test_what_a_search_indexed_and_did_not_commit_is_indexed_by_the_next(
    tenant: Tenant, replica: Replica
) -> None:
    prompt = await tenant.new_prompt("pears", name="changed")
    await change_outside(tenant, prompt, age="1 hour")
    with pytest.raises(ZeroDivisionError):
        async with replica.work.begin(tenant.id) as tx:
            assert await replica.index.catch_up(tx)
            raise ZeroDivisionError
    assert "changed" in await stale(tenant)
    assert await replica.catch_up(tenant)
    assert await stale(tenant) == set()


async def test_a_search_never_waits_for_many_prompts_and_says_so(
    tenant: Tenant, replica: Replica
) -> None:
    for number in range(MOST_AT_ONCE + 3):
        await tenant.new_prompt(f"melon {number}", name=f"melon-{number}")
    assert not await replica.catch_up(tenant)
    # The last changed come first: what somebody saved a moment ago is found in any case.
    left = await stale(tenant)
    assert f"melon-{MOST_AT_ONCE + 2}" not in left
    assert "melon-0" in left
    assert replica.index.take_behind() == {tenant.id}
    await replica.job.index_tenant(tenant.id)
    assert await stale(tenant) == set()
    assert await replica.catch_up(tenant)


async def test_an_answer_says_that_it_is_catching_up(tenant: Tenant) -> None:
    for number in range(MOST_AT_ONCE + 30):
        await tenant.new_prompt(f"melon {number}", name=f"melon-{number}")
    request = pb.SearchPromptsRequest(query="melon-0")
    first = await tenant.call("SearchPrompts", request)
    assert first.is_catching_up
    without_words = await tenant.call("SearchPrompts", pb.SearchPromptsRequest())
    assert not without_words.is_catching_up
    # The job of the service was told; until it is done each search does a part of the work.
    while (await tenant.call("SearchPrompts", request)).is_catching_up:
        pass
    assert (await names(tenant, "melon-0"))[0] == "melon-0"


async def test_what_was_indexed_by_older_rules_is_indexed_anew(
    tenant: Tenant, replica: Replica
) -> None:
    await tenant.new_prompt(name="apples", content=text_content("apples", model="sim-text"))
    assert await names(tenant, model="sim-text") == ["apples"]
    await tenant.query("UPDATE {schema}.prompt_search SET index_version = 0, words = ''")
    assert await replica.catch_up(tenant, is_thorough=True)
    assert await stale(tenant) == set()
    assert await names(tenant, "apples") == ["apples"]


async def test_an_other_tenants_prompts_are_left_alone(
    tenant: Tenant, other: Tenant, replica: Replica
) -> None:
    await names(tenant, "anything")
    assert await replica.catch_up(tenant)
    assert len(await stale(other)) == 5
