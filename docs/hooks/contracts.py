"""RPCs, events and permissions, from the proto contracts and the comments in them."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
    SourceCodeInfo,
)

from promptpilot.options.v1 import options_pb2

# Numbers of the fields that lead to a thing in a FileDescriptorProto: what comments are found by.
_MESSAGE, _ENUM, _SERVICE, _METHOD, _VALUE = 4, 5, 6, 2, 2
_TYPES = {number: name.removeprefix("TYPE_").lower() for name, number in (
    (value.name, value.number)
    for value in FileDescriptorSet.DESCRIPTOR.file.message_types_by_name["FieldDescriptorProto"]
    .enum_types_by_name["Type"].values
)}  # fmt: skip


@cache
def _files(root: Path) -> tuple[FileDescriptorProto, ...]:
    """Compile the contracts with their comments."""
    protos = sorted((root / "proto" / "promptpilot").rglob("*.proto"))
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder) / "contracts.binpb"
        subprocess.run(  # noqa: S603 - our own contracts, a fixed command
            [sys.executable, "-m", "grpc_tools.protoc", f"-I{root / 'proto'}",
             "--include_source_info", f"--descriptor_set_out={compiled}", *map(str, protos)],
            check=True,
        )  # fmt: skip
        return tuple(FileDescriptorSet.FromString(compiled.read_bytes()).file)


def _comment(file: FileDescriptorProto, *path: int) -> str:
    for location in file.source_code_info.location:
        if tuple(location.path) == path:
            return _text(location)
    return ""


def _text(location: SourceCodeInfo.Location) -> str:
    return " ".join(line.strip() for line in location.leading_comments.splitlines())


def rpc_page(root: Path) -> str:
    """Write every RPC with its permission and what its comment says."""
    lines = [
        "# RPCs",
        "",
        "Services meet in these contracts only; programs outside use the [REST API](rest-api.md).",
        "Every call needs a signed context and a deadline, and is refused without its permission.",
    ]
    for file in _files(root):
        for index, service in enumerate(file.service):
            about = _comment(file, _SERVICE, index)
            lines += [
                "",
                f"## {service.name}",
                "",
                about,
                "",
                "| RPC | permission | what it does |",
            ]
            lines.append("|---|---|---|")
            for number, method in enumerate(service.method):
                permission = method.options.Extensions[options_pb2.permission]
                stream = " (stream)" if method.server_streaming else ""
                what = _cell(_comment(file, _SERVICE, index, _METHOD, number))
                lines.append(f"| `{method.name}`{stream} | {_permission(permission)} | {what} |")
    return "\n".join(lines) + "\n"


def event_page(root: Path) -> str:
    """Write every event with its type and fields."""
    lines = [
        "# Events",
        "",
        "CloudEvents 1.0 in binary mode on NATS JetStream; the body is proto3 JSON.",
        "Subject: `evt.<tenant>.<service>.<entity>.<past verb>.v<n>`.",
        "Delivered at least once, applied once. Fields are only ever added.",
    ]
    for file in _files(root):
        if file.name.endswith("/events.proto"):
            lines += ["", f"## {file.name.split('/')[1]}", ""]
            lines += ["| type | when | fields |", "|---|---|---|"]
            for index, message in enumerate(file.message_type):
                event_type = message.options.Extensions[options_pb2.event_type]
                when = _cell(_comment(file, _MESSAGE, index))
                lines.append(f"| `{event_type}` | {when} | {', '.join(_fields(message))} |")
    return "\n".join(lines) + "\n"


def permission_page(root: Path) -> str:
    """Write the permission catalogue."""
    lines = ["# Permissions", "", "| bit | permission | what it allows |", "|---|---|---|"]
    for file in _files(root):
        if file.package == "promptpilot.options.v1":
            for number, value in enumerate(file.enum_type[0].value):
                what = _cell(_comment(file, _ENUM, 0, _VALUE, number))
                lines.append(f"| {value.number} | {_permission(value.number)} | {what} |")
    return "\n".join(lines) + "\n"


def _fields(message: DescriptorProto) -> Iterator[str]:
    for field in message.field:
        kind = field.type_name.rpartition(".")[2] or _TYPES[field.type]
        yield f"`{field.name}` {kind}"


def _permission(number: int) -> str:
    values = options_pb2.Permission.DESCRIPTOR.values_by_number
    name = str(values[number].name).removeprefix("PERMISSION_").lower()
    thing, _, verb = name.rpartition("_")
    return f"`{thing}.{verb}`" if thing else f"`{verb}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
