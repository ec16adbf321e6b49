"""FindSimilarPrompts: the nearest ones, nearest first; without pgvector a clear word."""

from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from cli.local.databases import create_databases, service_url
from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.db import Database
from services.kit.errors import FailedPrecondition, InvalidArgument, NotFound
from services.kit.fanout import migrate
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.migrations import tenant_tree
from services.kit.settings import DatabaseSettings
from services.kit.work import UnitOfWork
from services.prompts.adapters import read_library
from services.prompts.commands.create_prompt import create_prompt
from services.prompts.commands.index_prompts import SearchIndex
from services.prompts.commands.provision_tenant import provision_tenant
from services.prompts.queries.search import find_similar_prompts, search_prompts
from services.prompts.repository.search import SearchFilter
from services.prompts.rules.content import ContentDraft, PromptType
from services.prompts.rules.search.embedding import LocalHashing
from tests.integration.prompts.conftest import Tenant
from tests.integration.prompts.searching import archive
from tests.support.stack import Stack

REFUND = "Answer a customer who asks for a refund. Be friendly, and name the refund policy."
REFUNDS = "Reply to customers asking for refunds: be friendly and mention our refund policies."


async def similar(tenant: Tenant, prompt: str, **fields: int) -> pb.FindSimilarPromptsResponse:
    request = pb.FindSimilarPromptsRequest(prompt_id=prompt, **fields)
    answer: pb.FindSimilarPromptsResponse = await tenant.call("FindSimilarPrompts", request)
    return answer


async def test_the_nearest_come_first_and_say_who_compared(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt(REFUND, name="refund")
    near = await tenant.new_prompt(REFUNDS, name="answer-b")
    same = await tenant.new_prompt(REFUND, name="answer-a")
    answer = await similar(tenant, "refund")
    assert answer.embedder == "local-hashing"
    assert [one.prompt.name for one in answer.prompts][:2] == ["answer-a", "answer-b"]
    assert [one.prompt for one in answer.prompts][:2] == [
        await tenant.get(same.id), await tenant.get(near.id)
    ]  # fmt: skip
    scores = [one.similarity for one in answer.prompts]
    assert scores == sorted(scores, reverse=True)
    assert 1 >= scores[0] > 0.7 > scores[1] > 0.3 > scores[2] > 0
    assert prompt.id not in [one.prompt.id for one in answer.prompts]


async def test_a_new_version_moves_a_prompt(tenant: Tenant) -> None:
    await tenant.new_prompt(REFUND, name="one")
    other = await tenant.new_prompt("SELECT the rows of a table", name="two")
    before = (await similar(tenant, "one", page_size=20)).prompts
    await tenant.new_version(other, REFUND)
    after = (await similar(tenant, "one", page_size=20)).prompts
    assert after[0].prompt.name == "two"
    assert before[0].prompt.name != "two"


async def test_archived_prompts_are_left_out_and_the_size_is_heeded(tenant: Tenant) -> None:
    await tenant.new_prompt(REFUND, name="one")
    gone = await tenant.new_prompt(REFUND, name="two")
    await archive(tenant, gone)
    answer = await similar(tenant, "one", page_size=2)
    assert len(answer.prompts) == 2
    assert "two" not in [one.prompt.name for one in answer.prompts]
    with pytest.raises(InvalidArgument):
        await similar(tenant, "one", page_size=21)


async def test_an_other_tenants_prompt_is_not_found_and_never_near(
    tenant: Tenant, other: Tenant
) -> None:
    prompt = await tenant.new_prompt(REFUND, name="one")
    await other.new_prompt(REFUND, name="two")
    with pytest.raises(NotFound) as raised:
        await similar(other, prompt.id)
    assert raised.value.reason == "PROMPT_NOT_FOUND"
    assert "two" not in [one.prompt.name for one in (await similar(tenant, "one")).prompts]


@pytest.fixture
async def plain(stack: Stack) -> AsyncIterator[UnitOfWork]:
    """Give a database of prompts without pgvector."""
    name = f"prompts_{new_id('tst')[-12:]}"
    admin_url = stack.postgres.url("postgres")
    await create_databases(admin_url, {name: stack.password})
    url = service_url(admin_url, name, stack.password)
    await migrate("prompts", url)
    database = Database(DatabaseSettings(url=SecretStr(url), pool_size=2))
    try:
        yield UnitOfWork(database, tenant_tree("prompts"))
    finally:
        await database.close()


async def test_without_pgvector_all_works_but_this_and_it_says_why(plain: UnitOfWork) -> None:
    tenant = TenantId(new_id("ten"))
    async with plain.begin_control() as tx:
        await provision_tenant(tx, tenant, read_library())
    await create_prompt(
        plain,
        tenant,
        ActorId(new_id("usr")),
        name="one",
        description="",
        tags=[],
        draft=ContentDraft(PromptType.TEXT, REFUND),
        note="",
    )
    only = SearchFilter()
    index = SearchIndex(LocalHashing())
    page = await search_prompts(plain, tenant, index, text="refund", only=only, size=0, token="")
    assert [one.prompt.name for one in page.results] == ["one"]
    with pytest.raises(FailedPrecondition) as raised:
        await find_similar_prompts(plain, tenant, index, reference="one", size=0)
    assert raised.value.reason == "SIMILAR_NEEDS_PGVECTOR"
    assert "CREATE EXTENSION vector" in str(raised.value)
