"""The console's files: found by their path and no other way, compressed, kept or asked for anew."""

import gzip
from pathlib import Path

import pytest
from starlette.types import Message

from gateway.edge import Edge
from gateway.pages import Pages
from tests.support.platform_in_process import Answer

INDEX = "<!doctype html><title>PromptPilot</title>"
SCRIPT = "export const answer = 42;\n" * 200


@pytest.fixture
def console(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(INDEX)
    (folder / "assets" / "main-abc123.js").write_text(SCRIPT)
    (folder / ".env").write_text("canary-4711")
    (folder / ".vite").mkdir()
    (folder / ".vite" / "manifest.json").write_text("{}")
    (tmp_path / "secret.txt").write_text("canary-4711")
    (folder / "outside.txt").symlink_to(tmp_path / "secret.txt")
    return folder


async def get(console: Path | None, path: str, method: str = "GET", **headers: str) -> Answer:
    """Ask the pages as uvicorn does."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    async def no_api(*_: object) -> None:
        raise AssertionError("the API was asked")

    raw = path.encode()
    scope = {
        "type": "http",
        "http_version": "1.1",
        "scheme": "http",
        "method": method,
        "path": path,
        "raw_path": raw,
        "query_string": b"",
        "headers": [
            (name.replace("_", "-").lower().encode(), value.encode())
            for name, value in headers.items()
        ],
    }
    edge = Edge(no_api, Pages(console, {}), lambda: False)
    await edge(scope, receive, send)
    body = b"".join(message.get("body", b"") for message in sent[1:])
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], answered, body)


async def test_the_first_page_is_asked_for_each_time(console: Path) -> None:
    answer = await get(console, "/")
    assert answer.body.decode() == INDEX
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    again = await get(console, "/", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")


@pytest.mark.parametrize("path", ["/runs/run_1", "/prompts", "/a/b/c/"])
async def test_the_consoles_own_routes_get_the_first_page(console: Path, path: str) -> None:
    answer = await get(console, path)
    assert (answer.status, answer.body.decode()) == (200, INDEX)


async def test_hashed_files_are_kept_for_ever_and_sent_compressed(console: Path) -> None:
    plain = await get(console, "/assets/main-abc123.js")
    assert plain.body.decode() == SCRIPT
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    packed = await get(console, "/assets/main-abc123.js", Accept_Encoding="br, gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "accept-encoding"
    assert gzip.decompress(packed.body).decode() == SCRIPT
    assert len(packed.body) < len(plain.body) / 5


async def test_a_missing_file_is_not_the_first_page(console: Path) -> None:
    for path in ("/assets/gone-abc.js", "/robots.txt"):
        answer = await get(console, path)
        assert answer.status == 404
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/..%2Fsecret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/.env",
        "/.vite/manifest.json",
        "/outside.txt",
        "/..\\secret.txt",
        "//etc/passwd",
    ],
)
async def test_nothing_outside_of_the_folder_is_served(console: Path, path: str) -> None:
    answer = await get(console, path)
    assert b"canary" not in answer.body
    assert b"root:" not in answer.body


async def test_a_rebuilt_console_is_served_without_a_restart(console: Path) -> None:
    pages = Pages(console, {})
    found = pages._find("/")
    assert found is not None
    assert (await pages._load(found)).body.decode() == INDEX
    found.write_text(INDEX + "<p>new</p>")
    assert b"new" in (await pages._load(found)).body


async def test_pages_are_read_only(console: Path) -> None:
    answer = await get(console, "/", "POST")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")
    head = await get(console, "/", "HEAD")
    assert (head.status, head.body) == (200, b"")


async def test_without_a_console_the_api_stands_alone(tmp_path: Path) -> None:
    assert (await get(None, "/")).status == 404
    assert (await get(tmp_path / "absent", "/")).status == 404
