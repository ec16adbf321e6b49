"""The same request id gives the same answer, once."""

import asyncio
import base64
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import insert, select

from promptpilot.prompts.v1.prompts_pb2 import CreatePromptRequest, CreatePromptResponse
from services.kit.caller import Caller, acting_as
from services.kit.errors import AppError
from services.kit.idempotency import RequestIdReused, RequestInFlight, TenantRequests, once
from services.kit.ids import ActorId, TenantId, new_id
from services.kit.seal import Sealer
from services.kit.work import Work
from tests.support.sample.service import Notes, Sample


async def command(work: Work, tenant: TenantId, body: str) -> str:
    """A command as services have them: it begins, does, and knows nothing of idempotency."""
    note = new_id("nte")
    async with work.begin(tenant) as tx:
        await tx.session.execute(insert(Notes).values(id=note, body=body))
    return note


async def create(
    sample: Sample, tenant: TenantId, request: CreatePromptRequest, sealer: Sealer | None = None
) -> CreatePromptResponse:
    """A servicer's method around it."""
    async with once(
        sample.work, tenant, request, CreatePromptResponse, method="CreatePrompt", sealer=sealer
    ) as call:
        if call.answer is None:
            note = await command(call.work, tenant, request.name)
            call.answer = CreatePromptResponse()
            call.answer.prompt.id = note
    return call.answer


async def count(sample: Sample, tenant: TenantId) -> int:
    async with sample.work.begin(tenant) as tx:
        return len((await tx.session.execute(select(Notes.id))).all())


async def test_the_same_request_gives_the_same_answer_and_one_effect(sample: Sample) -> None:
    tenant = await sample.tenant()
    request = CreatePromptRequest(request_id="r1", name="a")
    first = await create(sample, tenant, request)
    assert await create(sample, tenant, request) == first
    assert await count(sample, tenant) == 1


async def test_without_a_request_id_each_call_counts(sample: Sample) -> None:
    tenant = await sample.tenant()
    await create(sample, tenant, CreatePromptRequest(name="a"))
    await create(sample, tenant, CreatePromptRequest(name="a"))
    assert await count(sample, tenant) == 2


async def test_another_body_under_the_same_id_is_refused(sample: Sample) -> None:
    tenant = await sample.tenant()
    await create(sample, tenant, CreatePromptRequest(request_id="r1", name="a"))
    with pytest.raises(RequestIdReused):
        await create(sample, tenant, CreatePromptRequest(request_id="r1", name="b"))
    assert await count(sample, tenant) == 1


async def test_other_tenant_may_use_the_same_id(sample: Sample) -> None:
    mine, other = await sample.tenant(), await sample.tenant()
    request = CreatePromptRequest(request_id="r1", name="a")
    first, second = await create(sample, mine, request), await create(sample, other, request)
    assert first.prompt.id != second.prompt.id


async def test_two_hundred_at_once_have_one_effect(sample: Sample) -> None:
    tenant = await sample.tenant()
    request = CreatePromptRequest(request_id="r1", name="a")

    async def attempt() -> str:
        try:
            return (await create(sample, tenant, request)).prompt.id
        except RequestInFlight:
            return ""

    ids = set(await asyncio.gather(*(attempt() for _ in range(200)))) - {""}
    assert len(ids) == 1
    assert await count(sample, tenant) == 1


async def test_a_command_that_fails_may_be_tried_again_under_its_id(sample: Sample) -> None:
    tenant = await sample.tenant()
    request = CreatePromptRequest(request_id="r1", name="a")
    with pytest.raises(ZeroDivisionError):
        async with once(
            sample.work, tenant, request, CreatePromptResponse, method="CreatePrompt"
        ) as call:
            await command(call.work, tenant, "lost")
            raise ZeroDivisionError
    await create(sample, tenant, request)
    assert await count(sample, tenant) == 1


async def test_a_secret_answer_is_stored_sealed(sample: Sample) -> None:
    tenant = await sample.tenant()
    sealer = Sealer(SecretStr(base64.b64encode(bytes(32)).decode()))
    request = CreatePromptRequest(request_id="r1", name="a")
    first = await create(sample, tenant, request, sealer)
    async with sample.work.begin(tenant) as tx:
        stored = await tx.session.scalar(select(TenantRequests.answer))
    assert stored is not None
    assert first.prompt.id.encode() not in stored
    assert await create(sample, tenant, request, sealer) == first


async def test_a_request_id_that_is_too_long_names_its_field(sample: Sample) -> None:
    tenant = await sample.tenant()
    with pytest.raises(AppError) as caught:
        await create(sample, tenant, CreatePromptRequest(request_id="x" * 129, name="a"))
    assert caught.value.violations[0].field == "request_id"


async def test_an_old_request_takes_no_younger_one_of_the_same_id_with_it(sample: Sample) -> None:
    tenant = await sample.tenant()
    async with sample.work.begin(tenant) as tx:
        for method, age in (("CreateOther", timedelta(days=8)), ("CreatePrompt", timedelta())):
            await tx.session.execute(
                insert(TenantRequests).values(
                    method=method,
                    request_id="r1",
                    body_hash=b"",
                    answer=b"",
                    create_time=tx.now - age,
                )
            )
    await create(sample, tenant, CreatePromptRequest(request_id="r2", name="a"))
    async with sample.work.begin(tenant) as tx:
        query = select(TenantRequests.method).where(TenantRequests.request_id == "r1")
        assert (await tx.session.execute(query)).scalars().all() == ["CreatePrompt"]


async def test_a_call_that_its_client_cancels_leaves_nothing_and_may_be_tried_again(
    sample: Sample,
) -> None:
    tenant = await sample.tenant()
    request = CreatePromptRequest(request_id="r1", name="a")

    async def slow() -> None:
        async with once(
            sample.work, tenant, request, CreatePromptResponse, method="CreatePrompt"
        ) as call:
            await command(call.work, tenant, "half")
            await asyncio.sleep(60)

    task = asyncio.create_task(slow())
    await asyncio.sleep(0.3)
    with pytest.raises(RequestInFlight):
        await create(sample, tenant, request)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await create(sample, tenant, request)
    assert await count(sample, tenant) == 1


async def test_a_secret_answer_is_given_again_only_to_who_asked_first(sample: Sample) -> None:
    tenant = await sample.tenant()
    sealer = Sealer(SecretStr(base64.b64encode(bytes(32)).decode()))
    request = CreatePromptRequest(request_id="r1", name="a")
    ada, eve = (Caller(tenant, ActorId(new_id("usr")), "user", 0) for _ in range(2))
    with acting_as(ada):
        first = await create(sample, tenant, request, sealer)
        assert await create(sample, tenant, request, sealer) == first
    with acting_as(eve), pytest.raises(RequestIdReused):
        await create(sample, tenant, request, sealer)


async def test_strangers_share_no_ids(sample: Sample) -> None:
    """Requests of no tenant: each scope has ids of its own, and there is none without."""
    request_id = new_id("req")

    async def ask(scope: str, name: str) -> str:
        request = CreatePromptRequest(request_id=request_id, name=name)
        async with once(
            sample.work, None, request, CreatePromptResponse, method="SignUp", scope=scope
        ) as call:
            if call.answer is None:
                call.answer = CreatePromptResponse()
                call.answer.prompt.id = new_id("prm")
        return call.answer.prompt.id

    first, other = await ask("ada", "a"), await ask("eve", "b")
    assert first != other
    assert (await ask("ada", "a"), await ask("eve", "b")) == (first, other)
    with pytest.raises(RequestIdReused) as caught:
        await ask("ada", "b")
    assert caught.value.metadata["request_id"] == request_id
    with pytest.raises(LookupError):
        await ask("", "a")
