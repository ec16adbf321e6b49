"""ListPromptLabelHistory: who moved which label from where to where, when and why."""

import asyncpg
import pytest

from promptpilot.prompts.v1 import prompts_pb2 as pb
from services.kit.errors import InvalidArgument, NotFound
from tests.integration.prompts.conftest import Tenant, gather_all


async def test_each_change_is_there_newest_first(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.new_version(prompt, "Two")
    await tenant.set_label(prompt, "production", 1, reason="first")
    await tenant.set_label(prompt, "staging", 2)
    await tenant.set_label(prompt, "production", 2, reason="tested")
    await tenant.roll_back(prompt, "production", reason="worse")
    await tenant.remove_label(prompt, "production", reason="gone")
    events = await tenant.history(prompt)
    assert [(one.sequence, one.label, one.reason) for one in events] == [
        (5, "production", "gone"),
        (4, "production", "worse"),
        (3, "production", "tested"),
        (2, "staging", ""),
        (1, "production", "first"),
    ]
    assert [one.change for one in events] == [
        pb.LABEL_CHANGE_REMOVED,
        pb.LABEL_CHANGE_ROLLED_BACK,
        pb.LABEL_CHANGE_SET,
        pb.LABEL_CHANGE_SET,
        pb.LABEL_CHANGE_SET,
    ]
    assert {one.actor_id for one in events} == {tenant.caller.actor}
    assert all(one.HasField("create_time") for one in events)
    assert [one.sequence for one in await tenant.history(prompt, "production")] == [5, 4, 3, 1]


async def test_pages_follow_each_other_without_gap(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.new_version(prompt, "Two")
    for number in range(7):
        await tenant.set_label(prompt, "production", 1 + number % 2)
    seen: list[int] = []
    token = ""
    while True:
        request = pb.ListPromptLabelHistoryRequest(
            prompt_id=prompt.id, label="production", page_size=3, page_token=token
        )
        answer = await tenant.call("ListPromptLabelHistory", request)
        seen += [one.sequence for one in answer.events]
        token = answer.next_page_token
        if not token:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("token", ["x", "WyJhIl0", "WzBd", "Wzk5OTk5OTk5OTk5XQ"])
async def test_a_token_that_was_never_given_out_is_refused(tenant: Tenant, token: str) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await tenant.history(prompt, page_token=token)
    assert [one.field for one in raised.value.violations] == ["page_token"]


async def test_fifty_moves_at_once_leave_a_history_that_leads_to_where_it_stands(
    tenant: Tenant,
) -> None:
    prompt = await tenant.new_prompt()
    for number in range(2, 8):
        await tenant.new_version(prompt, f"Text {number}")
    await tenant.set_label(prompt, "production", 1)
    moves = (tenant.set_label(prompt, "production", 1 + number % 7) for number in range(50))
    assert not [one for one in await gather_all(*moves) if isinstance(one, BaseException)]
    events = (await tenant.history(prompt, page_size=200))[::-1]
    assert [one.sequence for one in events] == list(range(1, len(events) + 1))
    stands = 0
    for event in events:
        assert event.from_version == stands
        assert event.to_version != stands
        stands = event.to_version
    (label,) = [one for one in (await tenant.get(prompt.id)).labels if one.label == "production"]
    assert label.version == stands


async def test_what_the_default_library_put_into_production_has_its_event(tenant: Tenant) -> None:
    prompts = (await tenant.call("ListPrompts", pb.ListPromptsRequest())).prompts
    for prompt in prompts:
        (event,) = await tenant.history(prompt)
        assert (event.label, event.from_version, event.to_version) == ("production", 0, 1)
        assert not event.actor_id


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {schema}.prompt_label_events SET reason = 'another'",
        "DELETE FROM {schema}.prompt_label_events",
        "TRUNCATE {schema}.prompt_label_events",
    ],
)
async def test_what_happened_cannot_be_changed_in_the_database_either(
    tenant: Tenant, change: str
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="immutable"):
        await tenant.query(change)


async def test_what_an_older_process_moved_is_recorded_with_the_next_change(
    tenant: Tenant,
) -> None:
    """Between a migration and the end of the last old process, labels move without an event."""
    prompt = await tenant.new_prompt()
    for text in ("Two", "Three"):
        await tenant.new_version(prompt, text)
    await tenant.set_label(prompt, "production", 1)
    await tenant.query(
        "UPDATE {schema}.prompt_labels SET version = 2, actor_id = 'usr_old'"
        " WHERE prompt_id = $1 AND label = 'production'",
        prompt.id,
    )
    await tenant.set_label(prompt, "production", 3)
    newest, recorded, _ = await tenant.history(prompt)
    assert (recorded.change, recorded.actor_id) == (pb.LABEL_CHANGE_RECORDED, "usr_old")
    assert (recorded.from_version, recorded.to_version) == (1, 2)
    assert (newest.from_version, newest.to_version) == (2, 3)
    assert [(await tenant.roll_back(prompt, "production")).version for _ in range(2)] == [2, 1]


async def test_a_label_that_never_was_has_no_history(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    assert await tenant.history(prompt) == []
    with pytest.raises(NotFound) as raised:
        await tenant.history(prompt, "production")
    assert raised.value.reason == "LABEL_NOT_FOUND"


async def test_latest_has_the_versions_for_a_history(tenant: Tenant) -> None:
    prompt = await tenant.new_prompt()
    with pytest.raises(InvalidArgument) as raised:
        await tenant.history(prompt, "latest")
    assert raised.value.reason == "LABEL_RESERVED"


async def test_an_other_tenant_reads_none_of_it(tenant: Tenant, other: Tenant) -> None:
    prompt = await tenant.new_prompt()
    await tenant.set_label(prompt, "production", 1)
    for label in ("", "production"):
        with pytest.raises(NotFound) as raised:
            await other.history(prompt, label)
        assert raised.value.reason == "PROMPT_NOT_FOUND"
