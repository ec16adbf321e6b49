"""Structured logs on standard error.

JSON for machines, pretty on a terminal, secrets taken out of both.

Each line says when, which service, which trace, and for whom (tenant, request id) without being
told.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, cast

import orjson
import structlog
from opentelemetry import trace
from pydantic import SecretBytes, SecretStr
from structlog.typing import EventDict, FilteringBoundLogger, Processor

from services.kit.caller import find_caller

REDACTED: Final = "[redacted]"

_SECRET_NAME: Final = re.compile(
    r"passw|secret|token|api[-_]?key|authorization|cookie|private[-_]?key|credential|dsn",
    re.IGNORECASE,
)
# Secrets that stand inside a text: our API keys, browser and refresh tokens, bearer tokens, JWTs,
# the password in a URL.
_SECRET_TEXT: Final = re.compile(
    r"\bpp_(?:live|test)_\w+"
    r"|\bpp[br]_[\w-]{20,}"
    r"|(?<=\bbearer )\S+"
    r"|\beyJ[\w-]+\.[\w-]+\.[\w-]+"
    r"|(?<=://)[^/\s:@]*:[^/\s@]+(?=@)",
    re.IGNORECASE,
)
_DEEPEST: Final = 6


def get_logger(**initial: object) -> FilteringBoundLogger:
    """Return a logger.

    `log.info("run started", run_id=run.id)`: an event in words, facts as keywords.
    """
    return cast("FilteringBoundLogger", structlog.get_logger(**initial))


def configure(service: str, *, level: str, form: str) -> None:
    """Write logs of this level and above. `form`: json, pretty, or auto (pretty on a terminal)."""
    is_pretty = form == "pretty" or (form == "auto" and sys.stderr.isatty())
    number = logging.getLevelNamesMapping()[level.upper()]
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        _Naming(service),
        _add_trace,
        _add_caller,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    # Tracebacks become text first, so that they are redacted too.
    rendered: list[Processor] = [
        structlog.processors.format_exc_info,
        redact,
        _pretty() if is_pretty else _render_json,
    ]
    structlog.configure(
        processors=[*shared, *rendered],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    _adopt_standard_logging(shared, rendered, number)


def _pretty() -> Processor:
    return structlog.dev.ConsoleRenderer(
        timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
    )


def _adopt_standard_logging(shared: list[Processor], rendered: list[Processor], level: int) -> None:
    """Give the lines of libraries (asyncio, grpc, nats, uvicorn) the same form."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    root = logging.getLogger()
    for old in [known for known in root.handlers if getattr(known, "is_promptpilot", False)]:
        root.removeHandler(old)
    handler.is_promptpilot = True  # type: ignore[attr-defined] # how the next call finds its own
    root.addHandler(handler)
    root.setLevel(max(level, logging.INFO))
    # Alembic tells of each rendered revision, which is no news in a service.
    logging.getLogger("alembic").setLevel(logging.WARNING)


class _Naming:
    """Adds the service's name to each line."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: Any, _method: str, event: EventDict) -> EventDict:
        event.setdefault("service", self._service)
        return event


def _add_trace(_logger: Any, _method: str, event: EventDict) -> EventDict:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event.setdefault("trace_id", format(span.trace_id, "032x"))
        event.setdefault("span_id", format(span.span_id, "016x"))
    return event


def _add_caller(_logger: Any, _method: str, event: EventDict) -> EventDict:
    caller = find_caller()
    if caller is not None:
        if caller.tenant is not None:
            event.setdefault("tenant", caller.tenant)
        if caller.request_id:
            event.setdefault("request_id", caller.request_id)
    return event


def redact(_logger: Any, _method: str, event: EventDict) -> MutableMapping[str, Any]:
    """Take secrets out of a line.

    By type (SecretStr), by the name of the key, by the form of the text.

    Numbers under such names stay: `input_tokens=12` is a count.
    """
    return {key: _clean(value, is_secret=_is_secret(key), depth=0) for key, value in event.items()}


def _is_secret(key: object) -> bool:
    return isinstance(key, str) and _SECRET_NAME.search(key) is not None


def _clean(value: Any, *, is_secret: bool, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, SecretStr | SecretBytes):
        return REDACTED
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {
            key: _clean(inner, is_secret=is_secret or _is_secret(key), depth=depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [_clean(inner, is_secret=is_secret, depth=depth + 1) for inner in value]
    if is_secret:
        return REDACTED
    return _SECRET_TEXT.sub(REDACTED, str(value))


def _render_json(_logger: Any, _method: str, event: EventDict) -> str:
    try:
        return orjson.dumps(event, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # an integer past 64 bits, half a surrogate pair: rare, and no reason to fail
        return json.dumps(event, default=str)
