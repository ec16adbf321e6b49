"""Metrics of each part, from the declarations that make them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_KINDS = ("Gauge", "Counter", "Histogram")
_INTRODUCTION = """\
# Metrics

Each part serves these at `/metrics` of its health port, as OpenMetrics text for Prometheus, beside
those of the Python process. Labels never name a tenant or a user: those numbers are in PostgreSQL.
A histogram is its `_bucket`, `_sum` and `_count`.

Workers are scaled by `promptpilot_execution_runs{state="waiting"}`; a growing
`promptpilot_execution_oldest_waiting_seconds` says that they are too few.

"""


@dataclass(frozen=True)
class Metric:
    """One declaration. `constant` is the name that the code sets it by, `part` who serves it."""

    part: str
    constant: str
    kind: str
    name: str
    labels: tuple[str, ...]
    meaning: str


def page(root: Path) -> str:
    """Write every metric with its labels, by the part that serves it."""
    lines: list[str] = []
    part = ""
    for found in sorted(declared(root), key=lambda each: (each.part, each.name)):
        if found.part != part:
            part = found.part
            lines += ["", f"## {part}", "", "| metric | kind | labels | meaning |"]
            lines.append("|---|---|---|---|")
        name = f"{found.name}_total" if found.kind == "Counter" else found.name
        labels = ", ".join(f"`{label}`" for label in found.labels) or "—"
        lines.append(f"| `{name}` | {found.kind.lower()} | {labels} | {found.meaning} |")
    return _INTRODUCTION + "\n".join(lines) + "\n"


def declared(root: Path) -> Iterator[Metric]:
    """Give every metric that a module declares as a constant."""
    for folder in ("services", "gateway"):
        for path in sorted((root / folder).rglob("*.py")):
            names = path.relative_to(root).parts
            part = names[0] if names[0] == "gateway" else names[1]
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.AnnAssign) and (call := _declaration(node)):
                    name, meaning, *labels = (ast.literal_eval(each) for each in call.args)
                    yield Metric(
                        "every service" if part == "kit" else part,
                        ast.unparse(node.target),
                        ast.unparse(call.func),
                        name,
                        tuple(labels[0]) if labels else (),
                        meaning,
                    )


def _declaration(node: ast.AnnAssign) -> ast.Call | None:
    call = node.value
    if not isinstance(call, ast.Call) or ast.unparse(call.func) not in _KINDS:
        return None
    return call if any(each.arg == "registry" for each in call.keywords) else None
