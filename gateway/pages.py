"""The console's files, and the page to browse the API.

Read from disk, kept in memory, sent compressed.

Paths that name no file get `index.html`: the console routes by itself. Files under `/assets/` carry
a hash of their content in their name and are kept by browsers for ever; `index.html` is asked for
each time.
"""

import asyncio
import gzip
import mimetypes
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.problems import MethodNotAllowed, RouteNotFound, respond

_HASHED: Final = "public, max-age=31536000, immutable"
_FRESH: Final = "no-cache"
_TEXTS: Final = ("text/", "application/json", "image/svg+xml", "application/manifest+json")
_SMALL: Final = 1024
# Python's table depends on the machine's; these are what browsers need.
_TYPES: Final[Mapping[str, str]] = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class File:
    """A file as it goes out. `packed` is empty when compressing does not pay."""

    body: bytes
    packed: bytes
    media_type: str
    etag: str
    stamp: tuple[int, int]


class Pages:
    """Serves a folder of the console, and beside it the files of `extra`: name -> file on disk."""

    def __init__(self, console: Path | None, extra: Mapping[str, Path]) -> None:
        self._console = console.resolve() if console is not None else None
        self._extra = extra
        self._files: dict[Path, File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        request = Request(scope)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path: str = request.scope["path"]
        if request.method not in ("GET", "HEAD"):
            refused = MethodNotAllowed("Pages are read only.")
            headers = {"allow": "GET, HEAD"}
            return respond(
                refused, path=path, request_id=request.scope["request_id"], headers=headers
            )
        found = self._find(path)
        if found is None:
            missing = RouteNotFound("There is nothing at this path.")
            return respond(missing, path=path, request_id=request.scope["request_id"])
        file = await self._load(found)
        is_hashed = path.startswith("/assets/")
        return _respond(request, file, _HASHED if is_hashed else _FRESH)

    def _find(self, path: str) -> Path | None:
        """Return the file behind a path, or the console's first page, or None."""
        if path in self._extra:
            return self._extra[path]
        if self._console is None or not self._console.is_dir():
            return None
        names = path.strip("/").split("/")
        if all(
            name and not name.startswith(".") and "\\" not in name and "\x00" not in name
            for name in names
        ):
            file = self._console.joinpath(*names).resolve()
            if file.is_relative_to(self._console) and file.is_file():
                return file
        index = self._console / "index.html"
        is_page = not path.startswith("/assets/") and "." not in names[-1]
        return index if is_page and index.is_file() else None

    async def _load(self, path: Path) -> File:
        status = os.stat(path)  # noqa: PTH116 # microseconds: a thread would take longer
        stamp = (status.st_mtime_ns, status.st_size)
        known = self._files.get(path)
        if known is None or known.stamp != stamp:
            known = self._files[path] = await asyncio.to_thread(_read, path, stamp)
        return known


def _read(path: Path, stamp: tuple[int, int]) -> File:
    body = path.read_bytes()
    kind = (
        _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    )
    packed = (
        gzip.compress(body, 6, mtime=0) if len(body) > _SMALL and kind.startswith(_TEXTS) else b""
    )
    etag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    return File(body, packed, kind, etag, stamp)


def _respond(request: Request, file: File, cache_control: str) -> Response:
    headers = {"etag": file.etag, "cache-control": cache_control, "vary": "accept-encoding"}
    known = request.headers.get("if-none-match", "")
    if file.etag in (etag.strip().removeprefix("W/") for etag in known.split(",")):
        return Response(status_code=304, headers=headers)
    body = file.body
    if file.packed and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        body = file.packed
    response = Response(body, 200, headers, file.media_type)
    if request.method == "HEAD":
        response.body = b""
    return response
