"""Nothing that execution says of a use is lost on its way into billing and out again."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from google.protobuf.descriptor import FieldDescriptor

from promptpilot.billing.v1 import billing_pb2 as pb
from promptpilot.execution.v1.events_pb2 import UsageRecorded
from promptpilot.execution.v1.execution_pb2 import (
    MODE_LIVE,
    MODE_TEST,
    MODE_UNSPECIFIED,
    Mode,
    TokenUsage,
)
from services.billing.consumers import use_of
from services.billing.models import UsageRecord
from services.billing.rules.costs import Source
from services.billing.servicer import SOURCES

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def full_event() -> UsageRecorded:
    """Make an event whose every field has a value of its own."""
    event = UsageRecorded()
    for number, field in enumerate(event.DESCRIPTOR.fields, 1):
        if field.type == FieldDescriptor.TYPE_STRING:
            setattr(event, field.name, f"{field.name}-{number}")
        elif field.type == FieldDescriptor.TYPE_INT32:
            setattr(event, field.name, 100 + number)
    event.mode = MODE_LIVE
    event.usage.CopyFrom(
        TokenUsage(input_tokens=40, output_tokens=30, cached_input_tokens=20, reasoning_tokens=10)
    )
    event.occur_time.FromDatetime(NOON)
    return event


def test_every_field_of_the_event_is_taken() -> None:
    event = full_event()
    use: dict[str, Any] = asdict(use_of(event))
    for field in event.DESCRIPTOR.fields:
        if field.name not in ("mode", "usage", "occur_time"):
            assert use[field.name] == getattr(event, field.name)
    assert use["tokens"] == {"input": 40, "cached_input": 20, "output": 30, "reasoning": 10}
    assert use["occur_time"] == NOON


def test_every_field_of_the_event_has_its_column() -> None:
    columns = set(UsageRecord.__table__.columns.keys())
    taken = {field.name for field in UsageRecorded.DESCRIPTOR.fields} - {"usage", "mode"}
    tokens = {field.name for field in TokenUsage.DESCRIPTOR.fields}
    assert (taken - {"usage_id"}) | tokens | {"id", "is_test"} <= columns


@pytest.mark.parametrize(
    ("mode", "is_test"), [(MODE_TEST, True), (MODE_LIVE, False), (MODE_UNSPECIFIED, False)]
)
def test_only_test_mode_is_free(mode: Mode.ValueType, is_test: bool) -> None:
    event = full_event()
    event.mode = mode
    assert use_of(event).is_test is is_test


def test_every_source_of_a_price_has_its_name_on_the_wire() -> None:
    assert set(SOURCES) == set(get_args(Source))
    assert set(SOURCES.values()) == set(pb.PriceSource.values()) - {pb.PRICE_SOURCE_UNSPECIFIED}
