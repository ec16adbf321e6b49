"""Every RPC says who may call it, requests hold what their kind holds, events have their type."""

from google.protobuf.descriptor import FileDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.descriptor_pool import Default, DescriptorPool

from promptpilot.options.v1 import options_pb2
from tests.support.house import contracts
from tests.support.house.findings import report

FILES = contracts.contract_files()


def build(proto: FileDescriptorProto) -> FileDescriptor:
    """Make a descriptor that no other test sees, next to the platform's options."""
    pool = DescriptorPool()
    for name in ("google/protobuf/descriptor.proto", "promptpilot/options/v1/options.proto"):
        known = FileDescriptorProto()
        Default().FindFileByName(name).CopyToProto(known)
        pool.Add(known)
    pool.Add(proto)
    return pool.FindFileByName(proto.name)


def sample_service(
    rpc: str, request_fields: list[str], response_fields: list[str]
) -> FileDescriptor:
    """Make a contract of one RPC whose request and response have these text fields."""
    proto = FileDescriptorProto(
        name=f"promptpilot/sample/v1/{rpc.lower()}.proto", package="promptpilot.sample.v1"
    )
    for suffix, fields in (("Request", request_fields), ("Response", response_fields)):
        message = proto.message_type.add(name=f"{rpc}{suffix}")
        for number, field in enumerate(fields, start=1):
            message.field.add(name=field, number=number, type="TYPE_STRING", label="LABEL_OPTIONAL")
    service = proto.service.add(name="SampleService")
    package = ".promptpilot.sample.v1"
    service.method.add(
        name=rpc, input_type=f"{package}.{rpc}Request", output_type=f"{package}.{rpc}Response"
    )
    return build(proto)


def sample_event(name: str, event_type: str) -> FileDescriptor:
    """Make an events.proto of one event."""
    proto = FileDescriptorProto(
        name="promptpilot/sample/v1/events.proto",
        package="promptpilot.sample.v1",
        dependency=["promptpilot/options/v1/options.proto"],
    )
    message = proto.message_type.add(name=name)
    if event_type:
        message.options.Extensions[options_pb2.event_type] = event_type
    return build(proto)


def messages(findings: object) -> str:
    """Put what was found into one text to look into."""
    return report(findings)  # type: ignore[arg-type] # any iterable of findings


def test_every_rpc_declares_its_permission() -> None:
    assert len(list(contracts.methods(FILES))) > 60
    assert not report(contracts.check_permissions(FILES))


def test_an_rpc_without_a_permission_is_found() -> None:
    file = sample_service("MakeThing", [], [])
    assert "MakeThing declares no" in messages(contracts.check_permissions([file]))


def test_requests_hold_what_their_kind_holds_and_nothing_that_travels_in_metadata() -> None:
    assert not report(contracts.check_requests(FILES))


def test_requests_that_lack_what_their_kind_holds_are_found() -> None:
    create = sample_service("CreateThing", ["name"], [])
    assert "has no `request_id`" in messages(contracts.check_requests([create]))
    update = sample_service("UpdateThing", ["name"], [])
    assert "has no `etag`" in messages(contracts.check_requests([update]))
    listing = sample_service("ListThings", ["page_token"], [])
    assert "has no `next_page_token`" in messages(contracts.check_requests([listing]))
    paged = sample_service("ListThings", [], ["next_page_token"])
    assert "has no `page_token`" in messages(contracts.check_requests([paged]))
    spoof = sample_service("GetThing", ["actor_id"], [])
    assert "travels in the signed context" in messages(contracts.check_requests([spoof]))


def test_every_event_has_a_type_that_says_its_name() -> None:
    assert len(list(contracts.event_messages(FILES))) > 15
    assert not report(contracts.check_event_types(FILES))


def test_events_with_a_wrong_type_are_found() -> None:
    for name, event_type, said in (
        ("ThingMade", "", "event_type is ``"),
        ("ThingMade", "dev.promptpilot.sample.thing.made", "event_type is"),
        ("ThingMade", "dev.promptpilot.other.thing.made.v1", "names the service other"),
        ("ThingMade", "dev.promptpilot.sample.thing.lost.v1", "says thing.lost"),
    ):
        file = sample_event(name, event_type)
        assert said in messages(contracts.check_event_types([file]))
    fine = sample_event("BigThingMade", "dev.promptpilot.sample.big_thing.made.v1")
    assert not report(contracts.check_event_types([fine]))
