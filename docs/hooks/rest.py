"""The REST API, from the gateway's OpenAPI snapshot."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_INTRODUCTION = """\
# REST API

Made from `gateway/openapi.json`, the snapshot of the API. A running gateway serves the same
document, with its examples, at `/v1/openapi.json`, and a page to browse it at `/docs`.

"""


def page(root: Path) -> str:
    """Write a section for each tag, with every operation and who may call it."""
    document: dict[str, Any] = json.loads(
        (root / "gateway" / "openapi.json").read_text(encoding="utf-8")
    )
    by_tag: dict[str, list[str]] = {}
    for method, path, operation in _operations(document):
        tag = operation.get("tags", ["other"])[0]
        by_tag.setdefault(tag, []).append(_section(method, path, operation))
    sections = [f"## {tag}\n\n{''.join(by_tag[tag])}" for tag in sorted(by_tag)]
    about = str(document["info"]["description"])
    return f"{_INTRODUCTION}{about}\n\n{''.join(sections)}"


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, operation


def _section(method: str, path: str, operation: dict[str, Any]) -> str:
    permission = operation.get("x-permission", "")
    answers = ", ".join(status for status in operation["responses"] if status.startswith("2"))
    lines = [f"### `{method} {path}`", "", f"{operation['summary']}."]
    if "description" in operation:
        lines += ["", operation["description"]]
    lines += ["", f"Permission: `{permission}` · success: {answers}", ""]
    parameters = operation.get("parameters", [])
    if parameters:
        lines += ["| parameter | in | meaning |", "|---|---|---|"]
        for parameter in parameters:
            meaning = parameter.get("description", "").replace("\n", " ").replace("|", "\\|")
            lines.append(f"| `{parameter['name']}` | {parameter['in']} | {meaning} |")
        lines.append("")
    return "\n".join(lines) + "\n"
