"""What request and answer models share.

Strict bodies, plain answers, pages, times, bounds of numbers.
"""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
)

INT32: Final = 2**31 - 1
INT64: Final = 2**63 - 1


class Body(BaseModel):
    """A request body: unknown fields are refused, and no value is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Query(BaseModel):
    """Query parameters: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class Answer(BaseModel):
    """What we answer.

    Documentation and contract: answers are written from messages by `translate`.
    """


def _time(value: Any) -> Any:
    """Accept RFC 3339 text with an offset.

    A time without one means something else to each reader.
    """
    if not isinstance(value, str):
        raise ValueError("must be RFC 3339 text such as 2026-11-23T18:00:00Z")  # noqa: TRY004 # pydantic wants it
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("must be RFC 3339 text such as 2026-11-23T18:00:00Z") from None
    if moment.tzinfo is None:
        raise ValueError("must have a time zone offset or Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is outside of the years 1 to 9999") from None


def _flag(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, bool):
        return value
    raise ValueError("must be true or false")


def _digits(value: Any) -> Any:
    if isinstance(value, str) and not (value.isascii() and value.removeprefix("-").isdigit()):
        raise ValueError("must be an integer")
    return value


# A time that the caller sends.
TimeIn = Annotated[
    datetime,
    BeforeValidator(_time),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-23T18:00:00Z"]}),
]
# A time that we answer.
Time = Annotated[
    datetime, Field(description="RFC 3339, UTC.", examples=["2026-11-23T18:00:00.123456Z"])
]
# A flag in the query: only true and false, not yes, on or 1.
Flag = Annotated[bool, BeforeValidator(_flag)]
# Integers in path and query: ASCII digits only.
Digits = BeforeValidator(_digits)
Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_.-]{0,35}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_./-]{0,127}$")]
Environment = Literal["test", "live"]
Document = Annotated[dict[str, Any], Field(description="Any JSON object.")]


class PageParams(Query):
    """Which part of a list is asked for."""

    page_size: Annotated[int, Digits] = Field(
        default=50, ge=1, le=200, description="How many items at most."
    )
    page_token: str = Field(
        default="", max_length=2000, description="`next_page_token` of the page before."
    )


class Page(Answer):
    """One page of a list."""

    next_page_token: str = Field(
        description="Send it as `page_token` for the next page; empty: this is the last.",
        examples=[""],
    )


class ServerSentEvent(Answer):
    """One event of a `text/event-stream`, as the WHATWG standard reads it."""

    event: str = Field(
        default="message", description="What kind of event: the operation says which."
    )
    data: str = Field(
        default="",
        description="A JSON document.",
        json_schema_extra={"contentMediaType": "application/json"},
    )
    id: str = Field(default="", description="Send the last one as Last-Event-ID to go on after it.")
    retry: int = Field(default=1000, description="Milliseconds to wait before connecting again.")
