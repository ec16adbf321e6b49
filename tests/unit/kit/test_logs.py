"""Logs: what each line says by itself, and that secrets never stand in one."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from pydantic import SecretStr

from services.kit import telemetry
from services.kit.caller import Caller, acting_as
from services.kit.ids import ActorId, TenantId
from services.kit.telemetry import logs
from services.kit.telemetry.logs import REDACTED

SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def _standard_logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize(
    "facts",
    [
        {"anything": SecretStr(SECRET)},
        {"password": SECRET},
        {"new_password": SECRET},
        {"client_secret": SECRET},
        {"api_key": SECRET},
        {"apiKey": SECRET},
        {"Authorization": f"Bearer {SECRET}"},
        {"refresh_token": SECRET},
        {"set-cookie": SECRET},
        {"private_key": SECRET.encode()},
        {"headers": {"X-Api-Key": SECRET, "cookie": [SECRET]}},
        {"secrets": {"one": SECRET, "two": [{"three": SECRET}]}},
        {"pairs": [("token", {"token": SECRET})]},
        {"note": f"called with Authorization: Bearer {SECRET}"},
        {"url": f"postgresql://pp_identity:{SECRET}@db:5432/pp_identity"},
        {"note": f"key pp_live_{SECRET.replace('-', '')} was used"},
    ],
)
@pytest.mark.parametrize("form", ["json", "pretty"])
def test_a_secret_never_reaches_a_line(
    capsys: pytest.CaptureFixture[str], form: str, facts: dict[str, object]
) -> None:
    logs.configure("identity", level="INFO", form=form)
    telemetry.get_logger().info("it happened", **facts)
    text = capsys.readouterr().err
    assert "it happened" in text
    assert SECRET not in text
    assert SECRET.replace("-", "") not in text
    assert REDACTED in text


def test_counts_under_such_names_stay(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("billing", level="INFO", form="json")
    telemetry.get_logger().info("used", input_tokens=12, usage={"total_tokens": 34}, has_token=True)
    (line,) = lines(capsys)
    assert (line["input_tokens"], line["usage"], line["has_token"]) == (
        12,
        {"total_tokens": 34},
        True,
    )


def test_a_secret_in_a_traceback_is_taken_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("identity", level="INFO", form="json")
    try:
        raise ValueError(f"cannot reach nats://user:{SECRET}@host")  # the traceback is wanted
    except ValueError:
        telemetry.get_logger().exception("it failed")
    (line,) = lines(capsys)
    assert "ValueError" in str(line["exception"])
    assert SECRET not in json.dumps(line)


def test_each_line_says_when_who_and_in_which_trace(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("prompts", level="INFO", form="json")
    caller = Caller(TenantId("ten_1"), ActorId("usr_1"), "user", request_id="req-1")
    with telemetry.tracer().start_as_current_span("x"), acting_as(caller):
        telemetry.get_logger().warning("look", fact=1)
        trace_id = telemetry.trace_id()
    (line,) = lines(capsys)
    assert len(trace_id) == 32
    assert {key: value for key, value in line.items() if key not in {"time", "span_id"}} == {
        "event": "look",
        "level": "warning",
        "service": "prompts",
        "trace_id": trace_id,
        "tenant": "ten_1",
        "request_id": "req-1",
        "fact": 1,
    }
    assert str(line["time"]).endswith("Z")


def test_lines_of_libraries_have_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("prompts", level="INFO", form="json")
    logging.getLogger("nats.aio").warning("lost %s", "nats://me:" + SECRET + "@host")
    (line,) = lines(capsys)
    assert (line["service"], line["level"], line["logger"]) == ("prompts", "warning", "nats.aio")
    assert SECRET not in json.dumps(line)


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("prompts", level="WARNING", form="json")
    telemetry.get_logger().info("chatter")
    logging.getLogger("asyncio").info("chatter")
    telemetry.get_logger().error("trouble")
    assert [line["event"] for line in lines(capsys)] == ["trouble"]


def test_configured_twice_each_line_is_still_written_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("prompts", level="INFO", form="json")
    logs.configure("prompts", level="INFO", form="json")
    logging.getLogger("grpc").error("once")
    assert len(lines(capsys)) == 1


def test_any_value_can_be_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("prompts", level="INFO", form="json")
    telemetry.get_logger().info("odd", odd=object(), raw=b"\xff", number=2**70, pairs={1: {2, 3}})
    (line,) = lines(capsys)
    assert line["event"] == "odd"
    assert str(line["odd"]).startswith("<object object")
