"""Golden files of events: a consumer of last year must read an event of today.

Each event message has `tests/contract/events/<service>/<Message>.json`: proto3 JSON with every
field set. `make gen` writes the file of a new event and adds new fields to one that is there; it
never takes a field away and never changes a value. Run as
`python -m tests.support.house.goldens write|check`.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import json_format, message_factory
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from tests.support.house.contracts import contract_files, event_messages, service_of
from tests.support.house.findings import ROOT, Finding

FOLDER = Path("tests/contract/events")
_NUMBERS = {
    FieldDescriptor.CPPTYPE_INT32: 7,
    FieldDescriptor.CPPTYPE_INT64: 9_007_199_254_740_993,  # past what a double holds
    FieldDescriptor.CPPTYPE_UINT32: 7,
    FieldDescriptor.CPPTYPE_UINT64: 9_007_199_254_740_993,
    FieldDescriptor.CPPTYPE_DOUBLE: 0.5,
    FieldDescriptor.CPPTYPE_FLOAT: 0.5,
    FieldDescriptor.CPPTYPE_BOOL: True,
    FieldDescriptor.CPPTYPE_ENUM: 1,
}


def filled(descriptor: Descriptor) -> Message:
    """Build a message with every field set to a value that is not its default."""
    message: Message = message_factory.GetMessageClass(descriptor)()
    for field in descriptor.fields:
        _fill(message, field)
    return message


def _fill(message: Message, field: FieldDescriptor) -> None:
    value: Any
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        keys = field.message_type.fields_by_name
        getattr(message, field.name)[_scalar(keys["key"])] = _scalar(keys["value"])
        return
    if field.message_type is not None:
        value = getattr(message, field.name)
        value = value.add() if field.is_repeated else value
        if field.message_type.full_name == "google.protobuf.Timestamp":
            value.FromJsonString("2026-01-02T03:04:05.678901Z")
        else:
            value.CopyFrom(filled(field.message_type))
    elif field.is_repeated:
        getattr(message, field.name).append(_scalar(field))
    else:
        setattr(message, field.name, _scalar(field))


def _scalar(field: FieldDescriptor) -> object:
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        is_bytes = field.type == FieldDescriptor.TYPE_BYTES
        return field.name.encode() if is_bytes else f"a {field.name.replace('_', ' ')}"
    return _NUMBERS[field.cpp_type]


def as_json(message: Message) -> dict[str, Any]:
    """Write a message as the bus carries it: proto3 JSON with the names of the proto."""
    document: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return document


def path_of(descriptor: Descriptor, root: Path = ROOT) -> Path:
    """Say where the golden file of an event stands."""
    return root / FOLDER / service_of(descriptor.file) / f"{descriptor.name}.json"


def check(events: list[Descriptor], root: Path = ROOT) -> Iterator[Finding]:
    """Find events without a golden file, files without an event, and files that no longer parse."""
    expected = set[Path]()
    for event in events:
        path = path_of(event, root)
        expected.add(path)
        here = path.relative_to(root).as_posix()
        if not path.is_file():
            yield Finding(here, 0, "the event has no golden file: type `make gen`")
            continue
        document = json.loads(path.read_text(encoding="utf-8"))
        try:
            message = json_format.ParseDict(document, message_factory.GetMessageClass(event)())
        except json_format.ParseError as error:
            yield Finding(here, 0, f"the event no longer reads it ({error}): fields only grow")
            continue
        missing = sorted(set(as_json(filled(event))) - set(as_json(message)))
        if missing:
            yield Finding(here, 0, f"lacks {', '.join(missing)}: type `make gen`")
    for path in sorted((root / FOLDER).rglob("*.json")):
        if path not in expected:
            here = path.relative_to(root).as_posix()
            yield Finding(
                here, 0, "its event is gone: an event is published for ever, or gets a v2"
            )


def write(events: list[Descriptor], root: Path = ROOT) -> None:
    """Add what is missing; what is there stays as it is."""
    for event in events:
        path = path_of(event, root)
        there = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        document = as_json(filled(event)) | there
        ordered = {name: document[name] for name in sorted(document)}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Write or check the golden files of this repository."""
    events = list(event_messages(contract_files()))
    if sys.argv[1] == "write":
        write(events)
    findings = list(check(events))
    for _finding in findings:
        pass
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
