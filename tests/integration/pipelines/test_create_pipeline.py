"""CreatePipeline."""

import asyncio
import json

import pytest

from promptpilot.pipelines.v1 import pipelines_pb2 as pb
from services.kit.errors import AlreadyExists, Conflict, InvalidArgument, Unavailable
from services.kit.ids import is_id
from services.pipelines.errors import PipelineInvalid
from tests.support.pipelines import Door, create_request, transforms
from tests.support.rpc import member
from tests.support.stack import Stack


async def test_a_new_pipeline_has_version_one_which_is_latest_and_not_published(
    door: Door,
) -> None:
    definition = transforms("input.text", "steps.s1.output")
    made = await door.create(definition, name="shop/translate", note="First.")
    assert is_id("pip", made.pipeline.id)
    assert made.pipeline.name == "shop/translate"
    assert (made.pipeline.latest_version, made.pipeline.published_version) == (1, 0)
    assert [(label.label, label.version) for label in made.pipeline.labels] == [("latest", 1)]
    assert made.version.number == 1
    assert json.loads(made.version.definition_json) == definition
    assert len(made.version.definition_hash) == 64
    assert (made.version.note, made.version.creator_id) == ("First.", door.caller.actor)
    assert await door.get("shop/translate") == made.pipeline
    assert await door.get(made.pipeline.id) == made.pipeline


async def test_the_hash_tells_definitions_apart_whatever_their_layout(door: Door) -> None:
    definition = transforms()
    one = await door.create(definition)
    two = await door.create(definition_json=json.dumps(definition, indent=4, sort_keys=True))
    three = await door.create(transforms("'other'"))
    assert one.version.definition_hash == two.version.definition_hash
    assert one.version.definition_hash != three.version.definition_hash


async def test_a_name_is_taken_once_in_a_tenant(door: Door, other: Door) -> None:
    await door.create(name="mine")
    with pytest.raises(AlreadyExists) as caught:
        await door.create(name="mine")
    assert caught.value.reason == "PIPELINE_NAME_TAKEN"
    await other.create(name="mine")


async def test_every_text_at_fault_is_named(door: Door) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await door.create(name="Not A Name", description="d" * 2_001, note="n" * 501)
    assert [one.field for one in caught.value.violations] == ["name", "description", "note"]


async def test_a_faulty_definition_is_refused_with_a_violation_for_each_fault(door: Door) -> None:
    definition = transforms("input.txt", "steps.s9.output")
    with pytest.raises(InvalidArgument) as caught:
        await door.create(definition)
    assert caught.value.reason == "DEFINITION_INVALID"
    assert [(one.field, one.description) for one in caught.value.violations] == [
        (
            "steps[0].expression",
            "refers to an input that is not declared, 'txt': did you mean 'text'?",
        ),
        (
            "steps[1].expression",
            "refers to a step that does not exist, 's9': use 's1' or 's2'",
        ),
    ]


async def test_nothing_of_a_refused_pipeline_stays(door: Door) -> None:
    with pytest.raises(InvalidArgument):
        await door.create(transforms("1 +"), name="refused")
    await door.create(name="refused")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"template_id": "summarise-translate"}, "template_id"),
        ({"definition_json": "", "template_id": "summarize-translate"}, "template_id"),
    ],
)
async def test_a_template_is_named_rightly_and_alone(
    door: Door, changes: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await door.create(**changes)
    assert caught.value.reason == PipelineInvalid.reason
    assert [one.field for one in caught.value.violations] == [field]


async def test_neither_definition_nor_template_is_a_fault_of_the_document(door: Door) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await door.create(definition_json="")
    assert [one.field for one in caught.value.violations] == ["definition"]
    assert "line 1, column 1" in caught.value.message


async def test_a_repeated_request_gives_the_first_answer_and_one_pipeline(door: Door) -> None:
    request = create_request(request_id="once", name="one")
    first = await door.rpc.CreatePipeline(request)
    assert await door.rpc.CreatePipeline(request) == first
    request.description = "another"
    with pytest.raises(InvalidArgument) as caught:
        await door.rpc.CreatePipeline(request)
    assert caught.value.reason == "REQUEST_ID_REUSED"
    listed = await door.rpc.ListPipelines(pb.ListPipelinesRequest())
    assert [pipeline.id for pipeline in listed.pipelines] == [first.pipeline.id]


async def test_many_equal_requests_at_once_make_one_pipeline(door: Door) -> None:
    request = create_request(request_id="at-once", name="one")

    async def attempt() -> str:
        while True:
            try:
                answer = await door.rpc.CreatePipeline(request)
            except Conflict as error:
                if error.reason != "REQUEST_IN_FLIGHT":
                    raise
                await asyncio.sleep(0.01)
            else:
                return str(answer.pipeline.id)

    assert len(set(await asyncio.gather(*(attempt() for _ in range(30))))) == 1


async def test_a_created_pipeline_is_told_in_events(door: Door, stack: Stack) -> None:
    made = await door.create()
    rows = await stack.query(
        "pipelines",
        "SELECT type, payload FROM control.outbox WHERE tenant_id = $1 ORDER BY id",
        door.tenant,
    )
    told = {row["type"]: json.loads(row["payload"]) for row in rows}
    prefix = "dev.promptpilot.pipelines"
    assert told[f"{prefix}.pipeline.created.v1"] == {"pipeline_id": made.pipeline.id}
    assert told[f"{prefix}.pipeline_version.created.v1"] == {
        "pipeline_id": made.pipeline.id,
        "version": 1,
    }


async def test_a_tenant_that_is_not_here_yet_is_asked_to_come_back(door: Door) -> None:
    with pytest.raises(Unavailable) as caught:
        await door.as_caller(member()).create()
    assert caught.value.reason == "TENANT_NOT_READY"
