"""PublishPipelineVersion, SetPipelineLabel and DeletePipelineLabel."""

import json
from typing import Any

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import InvalidArgument, NotFound
from tests.support.pipelines import Door
from tests.support.stack import Stack


async def publish(door: Door, reference: str, number: int) -> pb.Pipeline:
    request = pb.PublishPipelineVersionRequest(pipeline_id=reference, number=number)
    answer: pb.PublishPipelineVersionResponse = await door.rpc.PublishPipelineVersion(request)
    return answer.pipeline


async def set_label(door: Door, reference: str, label: str, version: int) -> pb.PipelineLabel:
    request = pb.SetPipelineLabelRequest(pipeline_id=reference, label=label, version=version)
    answer: pb.SetPipelineLabelResponse = await door.rpc.SetPipelineLabel(request)
    return answer.label


async def delete_label(door: Door, reference: str, label: str) -> None:
    request = pb.DeletePipelineLabelRequest(pipeline_id=reference, label=label)
    await door.rpc.DeletePipelineLabel(request)


async def published_events(stack: Stack, door: Door) -> list[dict[str, Any]]:
    rows = await stack.query(
        "pipelines",
        "SELECT payload FROM control.outbox WHERE tenant_id = $1 AND type LIKE $2 ORDER BY id",
        door.tenant,
        "%.pipeline_version.published.v1",
    )
    return [json.loads(row["payload"]) for row in rows]


async def test_publishing_moves_production_forward_and_back(door: Door, stack: Stack) -> None:
    made = (await door.create()).pipeline
    await door.add_version(made.id)
    assert (await publish(door, made.id, 2)).published_version == 2
    again = await publish(door, made.name, 2)
    assert again == await door.get(made.id)
    back = await publish(door, made.id, 1)
    assert [(label.label, label.version) for label in back.labels] == [
        ("latest", 2),
        ("production", 1),
    ]
    assert [event.get("previous_version", 0) for event in await published_events(stack, door)] == [
        0,
        2,
    ]


async def test_moving_production_by_hand_is_publishing(door: Door, stack: Stack) -> None:
    made = (await door.create()).pipeline
    label = await set_label(door, made.id, "production", 1)
    assert (label.version, label.actor_id) == (1, door.caller.actor)
    assert (await door.get(made.id)).published_version == 1
    assert len(await published_events(stack, door)) == 1


async def test_a_label_is_set_moved_and_removed(door: Door) -> None:
    made = (await door.create()).pipeline
    await door.add_version(made.id)
    await set_label(door, made.id, "staging", 1)
    moved = await set_label(door, made.id, "staging", 2)
    assert await set_label(door, made.id, "staging", 2) == moved
    await delete_label(door, made.id, "staging")
    assert [label.label for label in (await door.get(made.id)).labels] == ["latest"]
    with pytest.raises(NotFound) as caught:
        await delete_label(door, made.id, "staging")
    assert caught.value.reason == "LABEL_NOT_FOUND"


async def test_without_production_a_pipeline_is_not_published(door: Door) -> None:
    made = (await door.create()).pipeline
    await publish(door, made.id, 1)
    await delete_label(door, made.id, "production")
    assert (await door.get(made.id)).published_version == 0


async def test_latest_moves_by_itself_only(door: Door) -> None:
    made = (await door.create()).pipeline
    with pytest.raises(InvalidArgument) as caught:
        await set_label(door, made.id, "latest", 1)
    assert caught.value.reason == "LABEL_RESERVED"
    with pytest.raises(InvalidArgument) as caught:
        await delete_label(door, made.id, "latest")
    assert caught.value.reason == "LABEL_RESERVED"


@pytest.mark.parametrize("label", ["", "Production", "a b", "x" * 37, "-x", "nul\0"])
async def test_what_cannot_be_a_label_is_refused(door: Door, label: str) -> None:
    made = (await door.create()).pipeline
    with pytest.raises(InvalidArgument) as caught:
        await set_label(door, made.id, label, 1)
    assert caught.value.violations[0].field == "label"


@pytest.mark.parametrize("number", [-1, 0, 2])
async def test_only_a_version_that_is_there_can_be_pointed_at(door: Door, number: int) -> None:
    made = (await door.create()).pipeline
    with pytest.raises(NotFound) as caught:
        await publish(door, made.id, number)
    assert caught.value.reason == "PIPELINE_VERSION_NOT_FOUND"
    with pytest.raises(NotFound) as caught:
        await set_label(door, made.id, "staging", number)
    assert caught.value.reason == "PIPELINE_VERSION_NOT_FOUND"


async def test_another_tenants_pipeline_is_neither_published_nor_labelled(
    door: Door, other: Door
) -> None:
    made = (await door.create()).pipeline
    await set_label(door, made.id, "staging", 1)
    before = await door.get(made.id)
    with pytest.raises(NotFound):
        await publish(other, made.id, 1)
    with pytest.raises(NotFound):
        await set_label(other, made.id, "production", 1)
    with pytest.raises(NotFound):
        await delete_label(other, made.id, "staging")
    assert await door.get(made.id) == before
