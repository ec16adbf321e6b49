"""Events on the wire.

CloudEvents 1.0 in binary mode over NATS headers, the body being proto3 JSON of the event message.

An event's type is the option `event_type` of its message:
`dev.promptpilot.<service>.<entity>.<past verb>.v<n>`. Its subject is
`evt.<tenant>.<service>.<entity>.<past verb>.v<n>`; each producing service has a stream of its own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from google.protobuf import descriptor_pool, json_format
from google.protobuf.message import Message

from services.kit import telemetry
from services.kit.ids import new_id

_TYPE_PREFIX: Final = "dev.promptpilot."
_OPTION: Final = "promptpilot.options.v1.event_type"
# The broker takes 1 MB a message, headers included. One that it refuses would hold up all others.
_MOST_BYTES: Final = 900_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands around an event's body."""

    id: str
    type: str
    tenant: str
    time: datetime
    # traceparent and tracestate.
    trace: Mapping[str, str]


def event_type(message: type[Message]) -> str:
    """Return the CloudEvents type of an event message.

    Raises TypeError for a message that is no event.
    """
    found = _option(message.DESCRIPTOR.full_name)
    if not found.startswith(_TYPE_PREFIX):
        raise TypeError(f"{message.DESCRIPTOR.full_name} has no event_type option: it is no event")
    return found


@cache
def _option(full_name: str) -> str:
    pool = descriptor_pool.Default()
    extension: Any = pool.FindExtensionByName(_OPTION)
    return str(pool.FindMessageTypeByName(full_name).GetOptions().Extensions[extension])


def subject_of(type_: str, tenant: str) -> str:
    """Return the NATS subject of an event; tenant `*` gives the filter for all tenants."""
    return f"evt.{tenant}.{type_.removeprefix(_TYPE_PREFIX)}"


def producer_of(type_: str) -> str:
    """Return the service that publishes events of this type."""
    return type_.removeprefix(_TYPE_PREFIX).split(".", 1)[0]


def stream_of(service: str) -> str:
    """Return the name of the JetStream stream that holds a service's events."""
    return f"EVT_{service.upper()}"


def outbox_row(event: Message, tenant: str, now: datetime) -> dict[str, object]:
    """Build the outbox row of an event: the trace of the present moment goes with it.

    Raises ValueError for an event that no broker would take: events carry facts, not content.
    """
    type_ = event_type(type(event))
    payload = encode(event)
    if len(payload) > _MOST_BYTES:
        raise ValueError(f"{type_}: {len(payload)} bytes, an event has at most {_MOST_BYTES}")
    headers: dict[str, str] = {}
    telemetry.inject(headers)
    return {
        "id": new_id("evt"),
        "tenant_id": tenant,
        "type": type_,
        "subject": subject_of(type_, tenant),
        "payload": payload,
        "headers": headers,
        "create_time": now,
        "publish_time": None,
    }


def encode(event: Message) -> bytes:
    """Write an event's body: proto3 JSON, field names as in the proto."""
    text = json_format.MessageToJson(event, preserving_proto_field_name=True, indent=None)
    return text.encode()


def to_headers(envelope: Envelope) -> dict[str, str]:
    """Write the envelope as message headers.

    `Nats-Msg-Id` lets the broker drop what it has already.
    """
    service = producer_of(envelope.type)
    return {
        "Nats-Msg-Id": envelope.id,
        "ce-specversion": "1.0",
        "ce-id": envelope.id,
        "ce-source": f"/promptpilot/{service}",
        "ce-type": envelope.type,
        "ce-time": envelope.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "ce-tenantid": envelope.tenant,
        "content-type": "application/json",
        **envelope.trace,
    }


def from_headers(headers: Mapping[str, str]) -> Envelope:
    """Read the envelope; raises ValueError when it is not one of ours."""
    try:
        time = datetime.fromisoformat(headers["ce-time"])
        if time.tzinfo is None:
            raise ValueError("ce-time has no offset from UTC")
        return Envelope(
            id=headers["ce-id"],
            type=headers["ce-type"],
            tenant=headers["ce-tenantid"],
            time=time,
            trace={key: headers[key] for key in ("traceparent", "tracestate") if key in headers},
        )
    except KeyError as error:
        raise ValueError(f"the message has no header {error}") from error
