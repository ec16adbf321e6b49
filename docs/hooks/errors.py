"""Reasons of errors, from the classes that are raised."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.kit.errors import BY_CODE

_STATUS = {
    "INVALID_ARGUMENT": 422, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409, "ABORTED": 409, "FAILED_PRECONDITION": 409, "RESOURCE_EXHAUSTED": 429,
    "DEADLINE_EXCEEDED": 504, "UNAVAILABLE": 503, "INTERNAL": 500,
}  # fmt: skip
_INTRODUCTION = """\
# Errors

The REST API answers errors as `application/problem+json` (RFC 9457). `reason` is stable: programs
decide by it. Over gRPC the same reason is the `ErrorInfo` of the status.

"""


@dataclass(frozen=True)
class _Reason:
    part: str
    reason: str
    code: str
    meaning: str


def page(root: Path) -> str:
    """Write every reason with its status, by the part that raises it."""
    lines: list[str] = []
    part = ""
    for found in sorted(_reasons(root), key=lambda each: (each.part, each.reason)):
        if found.part != part:
            part = found.part
            lines += [
                "",
                f"## {part}",
                "",
                "| reason | HTTP | gRPC | meaning |",
                "|---|---|---|---|",
            ]
        status = _STATUS[found.code]
        lines.append(f"| `{found.reason}` | {status} | `{found.code}` | {found.meaning} |")
    return _INTRODUCTION + "\n".join(lines) + "\n"


def _reasons(root: Path) -> Iterator[_Reason]:
    bases = {error.__name__: code for code, error in BY_CODE.items()}
    classes = [
        (path, node)
        for folder in ("services", "gateway")
        for path in sorted((root / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    # A reason may specialise another: go on until no class finds its code any more.
    while True:
        found = {node.name: _code(node, bases) for _, node in classes if node.name not in bases}
        new = {name: code for name, code in found.items() if code}
        if not new:
            break
        bases |= new
    for path, node in classes:
        reason, code = _constant(node, "reason"), _code(node, bases)
        is_kind = path == root / "services" / "kit" / "errors.py"  # classes of codes, not reasons
        if reason and code and not is_kind:
            part = path.relative_to(root).parts
            name = part[1] if part[0] == "services" else part[0]
            meaning = (ast.get_docstring(node) or "").partition("\n")[0]
            yield _Reason(name, reason, code, meaning.replace("|", "\\|"))


def _code(node: ast.ClassDef, bases: dict[str, str]) -> str:
    for base in node.bases:
        name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        if name in bases:
            return bases[name]
    return ""


def _constant(node: ast.ClassDef, name: str) -> str:
    for statement in node.body:
        targets = (
            statement.targets if isinstance(statement, ast.Assign)
            else [statement.target] if isinstance(statement, ast.AnnAssign) else []
        )  # fmt: skip
        value = getattr(statement, "value", None)
        if any(getattr(target, "id", "") == name for target in targets):
            return str(value.value) if isinstance(value, ast.Constant) else ""
    return ""
