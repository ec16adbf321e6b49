"""What a request may weigh.

Its body, its nesting, its headers, and characters that no part of us can keep.

Bodies: at most `body_bytes`, JSON, UTF-8, nested at most `json_depth` deep, no NUL characters
(PostgreSQL text cannot hold them). Lone surrogates and numbers outside of double precision are
refused by the parser.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

import orjson
from fastapi import Depends
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.types import Scope

from gateway.problems import ContentTooLarge, HeadersTooLarge, MalformedBody, UnsupportedMediaType
from services.kit.errors import FieldViolation, InvalidArgument

_NUL_ESCAPE: Final = b"\\u0000"
# Below what one gRPC message may have, with room for what stands beside the file.
MOST_UPLOAD_BYTES: Final = 15 * 1024 * 1024
UPLOAD_TYPE: Final = "application/octet-stream"

# What `operation` says of such a body, beside 413 and 415.
UPLOAD: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": f"The file, at most {MOST_UPLOAD_BYTES // 2**20} MB.",
        "content": {UPLOAD_TYPE: {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Limits(BaseModel):
    """The bounds of one request."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_bytes: int = Field(default=10 * 1024 * 1024, ge=1024)
    json_depth: int = Field(default=64, ge=8, le=1000)
    header_count: int = Field(default=100, ge=20)
    header_bytes: int = Field(default=32 * 1024, ge=4096)
    query_bytes: int = Field(default=8 * 1024, ge=1024)


class BodyRequest(Request):
    """A request whose JSON body is already read, within the limits."""

    document: Any = None
    raw: bytes = b""

    async def body(self) -> bytes:
        """Return the body's bytes."""
        return self.raw

    async def json(self) -> Any:
        """Return the parsed body."""
        return self.document


async def read_body(request: Request, limits: Limits) -> BodyRequest:
    """Read and parse the body.

    Raise MalformedBody, ContentTooLarge, UnsupportedMediaType or InvalidArgument.
    """
    loaded = BodyRequest(request.scope, request.receive)
    loaded.raw = await bounded(request, limits.body_bytes)
    if loaded.raw:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise UnsupportedMediaType("Send the body as application/json.")
        loaded.document = parse(loaded.raw, limits)
    return loaded


def parse(raw: bytes, limits: Limits) -> Any:
    """Parse JSON strictly.

    Raise MalformedBody, or InvalidArgument that names where a NUL character stands.
    """
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise MalformedBody(
            f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno})."
        ) from None
    if _is_deeper(document, limits.json_depth):
        raise MalformedBody(f"The body nests deeper than {limits.json_depth} levels.")
    if _NUL_ESCAPE in raw and (
        faults := [FieldViolation(at, "holds a NUL character") for at in _nuls(document, "")]
    ):
        raise InvalidArgument(
            "The body holds NUL characters, which cannot be stored.", violations=faults[:100]
        )
    return document


async def uploaded(request: Request) -> bytes:
    """Read the file. Raises UnsupportedMediaType, ContentTooLarge, InvalidArgument for none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != UPLOAD_TYPE:
        raise UnsupportedMediaType(f"Send the file as {UPLOAD_TYPE}.")
    data = await bounded(request, MOST_UPLOAD_BYTES)
    if not data:
        raise InvalidArgument.of_field("body", "is empty: it must be the file")
    return data


Uploaded = Annotated[bytes, Depends(uploaded)]


def check_head(scope: Scope, limits: Limits) -> None:
    """Raise HeadersTooLarge or InvalidArgument when headers or query pass their bounds."""
    headers = scope["headers"]
    if len(headers) > limits.header_count:
        raise HeadersTooLarge(f"A request may have {limits.header_count} headers.")
    if sum(len(name) + len(value) for name, value in headers) > limits.header_bytes:
        raise HeadersTooLarge(f"The headers of a request may have {limits.header_bytes} bytes.")
    query = scope["query_string"]
    if query:
        _check_query(query, limits)
    if "\x00" in scope["path"]:
        raise InvalidArgument.of_field("path", "holds a NUL character")


def _check_query(query: bytes, limits: Limits) -> None:
    if len(query) > limits.query_bytes:
        raise InvalidArgument(f"The query may have {limits.query_bytes} bytes.")
    seen: set[str] = set()
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, errors="replace")
    for name, value in pairs:
        if name in seen:
            raise InvalidArgument.of_field(name, "is given more than once")
        if "\x00" in value or "\x00" in name:
            raise InvalidArgument.of_field(name.replace("\x00", ""), "holds a NUL character")
        seen.add(name)


async def bounded(request: Request, most: int) -> bytes:
    """Read a body of at most so many bytes. Raises ContentTooLarge."""
    too_large = ContentTooLarge(f"The body may have {most} bytes.")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > most:
        raise too_large
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise too_large
        chunks.append(chunk)
    return b"".join(chunks)


def _is_deeper(document: Any, most: int) -> bool:
    """Walk level by level: no recursion, so no input can exhaust the stack."""
    level = [document]
    for _ in range(most):
        level = [
            child for node in level if isinstance(node, dict | list) for child in _children(node)
        ]
        if not level:
            return False
    return True


def _children(node: dict[str, Any] | list[Any]) -> Iterator[Any]:
    values = node.values() if isinstance(node, dict) else node
    return (value for value in values if isinstance(value, dict | list))


def _nuls(node: Any, at: str) -> Iterator[str]:
    """Name the places of strings with NUL; depth is already bounded."""
    if isinstance(node, str):
        if "\x00" in node:
            yield at
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _nuls(value, f"{at}[{index}]")
    elif isinstance(node, dict):
        for key, value in node.items():
            clean = key.replace("\x00", "")
            here = f"{at}.{clean}" if at else clean
            if clean != key:
                yield here
            yield from _nuls(value, here)
