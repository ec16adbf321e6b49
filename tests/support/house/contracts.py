"""What every contract must say beyond what buf asks: permissions, paging, request ids, events."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from google.protobuf.descriptor import Descriptor, FileDescriptor, MethodDescriptor

from promptpilot.options.v1 import options_pb2
from tests.support.house.findings import ROOT, Finding

_EVENT_TYPE = re.compile(
    r"^dev\.promptpilot\.(?P<service>[a-z]+)\.(?P<entity>[a-z_]+)\.(?P<verb>[a-z_]+)\.v[1-9]\d*$"
)
_CALLERS_WORD = frozenset({"actor_id", "deadline", "traceparent", "permission_mask"})


def contract_files(root: Path = ROOT) -> list[FileDescriptor]:
    """Load the descriptors of every contract of the platform, from the generated code."""
    gen = root / "proto" / "gen"
    names = sorted(path.relative_to(gen) for path in gen.glob("promptpilot/*/v*/*_pb2.py"))
    modules = [importlib.import_module(".".join(name.with_suffix("").parts)) for name in names]
    return [module.DESCRIPTOR for module in modules]


def methods(files: list[FileDescriptor]) -> Iterator[MethodDescriptor]:
    """Give every RPC."""
    for file in files:
        for service in file.services_by_name.values():
            yield from service.methods


def event_messages(files: list[FileDescriptor]) -> Iterator[Descriptor]:
    """Give every message of every events.proto."""
    for file in files:
        if file.name.endswith("/events.proto"):
            yield from file.message_types_by_name.values()


def permission_of(method: MethodDescriptor) -> int:
    """Read the permission that an RPC declares; 0 when it declares none."""
    return int(method.GetOptions().Extensions[options_pb2.permission])


def event_type_of(message: Descriptor) -> str:
    """Read the CloudEvents type that a message declares; empty when it declares none."""
    return str(message.GetOptions().Extensions[options_pb2.event_type])


def service_of(file: FileDescriptor) -> str:
    """Name the service that owns a contract: promptpilot/<service>/v1/…"""
    return str(file.name.split("/")[1])


def snake(name: str) -> str:
    """Write a name as a function's: PublishPromptVersion → publish_prompt_version."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return spaced.lower()


def check_permissions(files: list[FileDescriptor]) -> Iterator[Finding]:
    """Find RPCs that do not say who may call them: they would be refused to everybody."""
    for method in methods(files):
        if permission_of(method) == options_pb2.PERMISSION_UNSPECIFIED:
            yield _finding(method, "declares no `option (promptpilot.options.v1.permission)`")


def check_requests(files: list[FileDescriptor]) -> Iterator[Finding]:
    """Find requests that lack what their kind has, or carry what travels in metadata."""
    for method in methods(files):
        request, response = method.input_type, method.output_type
        fields = set(request.fields_by_name)
        needed: set[str] = set()
        if method.name.startswith(("Create", "Start")):
            needed = {"request_id"}
        elif method.name.startswith("Update"):
            needed = {"etag"}
        elif "next_page_token" in response.fields_by_name:
            needed = {"page_size", "page_token"}
        for field in sorted(needed - fields):
            yield _finding(method, f"{request.name} has no `{field}`")
        if "page_token" in fields and "next_page_token" not in response.fields_by_name:
            yield _finding(method, f"{response.name} has no `next_page_token`")
        for field in sorted(_CALLERS_WORD & fields):
            yield _finding(
                method, f"{request.name}.{field}: travels in the signed context, not here"
            )


def check_event_types(files: list[FileDescriptor]) -> Iterator[Finding]:
    """Find events whose CloudEvents type is missing or says another name than the message."""
    seen: dict[str, str] = {}
    for message in event_messages(files):
        declared = event_type_of(message)
        found = _EVENT_TYPE.match(declared)
        here = f"proto/{message.file.name}"
        if found is None:
            form = "dev.promptpilot.<service>.<entity>.<past verb>.v<n>"
            yield Finding(here, 0, f"{message.name}: event_type is `{declared}`, not {form}")
            continue
        if found["service"] != service_of(message.file):
            yield Finding(
                here, 0, f"{message.name}: event_type names the service {found['service']}"
            )
        if snake(message.name) != f"{found['entity']}_{found['verb']}":
            yield Finding(
                here, 0, f"{message.name}: event_type says {found['entity']}.{found['verb']}"
            )
        if declared in seen:
            yield Finding(here, 0, f"{message.name}: {seen[declared]} has the same event_type")
        seen[declared] = message.name


def _finding(method: MethodDescriptor, message: str) -> Finding:
    service = method.containing_service
    return Finding(f"proto/{service.file.name}", 0, f"{service.name}.{method.name} {message}")
