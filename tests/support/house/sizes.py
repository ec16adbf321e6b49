"""No file that grows: every peer we looked at fails on one."""

import ast
from collections.abc import Iterator

from tests.support.house.findings import Finding, Module, Tree

SOURCE_LINES = 400
TEST_LINES = 500
CONSOLE_LINES = 250
FUNCTION_LINES = 50


def check_file_sizes(tree: Tree) -> Iterator[Finding]:
    """Find files past the hard limit of their room."""
    for path in tree.under("services", "gateway", "cli", "tests", "console", "deploy"):
        if path.is_relative_to("console/src/api/generated"):
            continue
        if path.suffix == ".py":
            limit = TEST_LINES if path.parts[0] == "tests" else SOURCE_LINES
        elif path.suffix in {".ts", ".tsx", ".css"} and path.parts[0] == "console":
            limit = CONSOLE_LINES
        else:
            continue
        lines = tree.text(path).count("\n")
        if lines > limit:
            yield Finding(
                str(path),
                0,
                f"{lines} lines, at most {limit}: make it a package of the same name, "
                "a file per use case",
            )


def check_function_sizes(module: Module) -> Iterator[Finding]:
    """Find functions past fifty lines, their docstring and signature not counted.

    A migration's revision is one list of statements: it has no parts to name.
    """
    if module.role == "migrations":
        return
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        if not body:
            continue
        lines = (node.end_lineno or 0) - body[0].lineno + 1
        if lines > FUNCTION_LINES:
            yield module.finding(
                node, f"{node.name} has {lines} lines, at most {FUNCTION_LINES}: name its parts"
            )
