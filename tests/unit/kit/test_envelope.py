"""Events on the wire: types, subjects, headers, sizes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from promptpilot.identity.v1.events_pb2 import TenantActivated, TenantCreated
from promptpilot.identity.v1.identity_pb2 import GetTenantRequest
from services.kit.envelope import (
    Envelope,
    encode,
    event_type,
    from_headers,
    outbox_row,
    producer_of,
    stream_of,
    subject_of,
    to_headers,
)

NOW = datetime(2026, 3, 1, 12, 30, 0, 123456, tzinfo=UTC)
TYPE = "dev.promptpilot.identity.tenant.created.v1"
TRACE = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}
ENVELOPE = Envelope("evt_1", TYPE, "ten_1", NOW, TRACE)


def test_the_type_names_subject_producer_and_stream() -> None:
    assert event_type(TenantCreated) == TYPE
    assert subject_of(TYPE, "ten_1") == "evt.ten_1.identity.tenant.created.v1"
    assert subject_of(TYPE, "*") == "evt.*.identity.tenant.created.v1"
    assert producer_of(TYPE) == "identity"
    assert stream_of("identity") == "EVT_IDENTITY"


def test_a_message_that_is_no_event_has_no_type() -> None:
    with pytest.raises(TypeError, match="GetTenantRequest has no event_type"):
        event_type(GetTenantRequest)


def test_headers_give_back_the_envelope() -> None:
    assert from_headers(to_headers(ENVELOPE)) == ENVELOPE


def test_headers_are_cloudevents_and_let_the_broker_drop_doubles() -> None:
    headers = to_headers(ENVELOPE)
    assert headers["Nats-Msg-Id"] == headers["ce-id"] == "evt_1"
    assert headers["ce-specversion"] == "1.0"
    assert headers["ce-source"] == "/promptpilot/identity"
    assert headers["ce-time"] == "2026-03-01T12:30:00.123456Z"


def test_the_time_goes_out_in_utc() -> None:
    there = timezone(timedelta(hours=5))
    headers = to_headers(Envelope("evt_1", TYPE, "ten_1", NOW.astimezone(there), {}))
    assert headers["ce-time"] == "2026-03-01T12:30:00.123456Z"


@pytest.mark.parametrize("missing", ["ce-id", "ce-type", "ce-tenantid", "ce-time"])
def test_a_message_without_a_header_of_ours_is_no_event(missing: str) -> None:
    headers = to_headers(ENVELOPE)
    del headers[missing]
    with pytest.raises(ValueError, match=missing):
        from_headers(headers)


@pytest.mark.parametrize("time", ["", "yesterday", "2026-03-01T12:30:00"])
def test_a_message_with_a_time_that_is_none_is_no_event(time: str) -> None:
    with pytest.raises(ValueError, match=r"ce-time|isoformat"):
        from_headers(to_headers(ENVELOPE) | {"ce-time": time})


def test_a_row_of_the_outbox_is_whole_and_waits() -> None:
    event = TenantActivated(tenant_id="ten_1")
    row = outbox_row(event, "ten_1", NOW)
    assert str(row["id"]).startswith("evt_")
    assert row["payload"] == encode(event) == b'{"tenant_id": "ten_1"}'
    assert row["subject"] == "evt.ten_1.identity.tenant.activated.v1"
    assert row["create_time"] == NOW
    assert row["publish_time"] is None


def test_an_event_that_no_broker_would_take_is_refused_where_it_is_made() -> None:
    with pytest.raises(ValueError, match="at most"):
        outbox_row(TenantActivated(tenant_id="x" * 1_000_000), "ten_1", NOW)
