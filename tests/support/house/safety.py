"""How the peers were taken over, made impossible: no code from data, no SQL from text."""

import ast
import re
from collections.abc import Collection, Iterator

from tests.support.house.calls import calls, dotted, imports, is_within, texts
from tests.support.house.findings import Finding, Module

_CODE_FROM_DATA = frozenset({"eval", "exec", "compile", "__import__"})
_PROCESS_CALLS = re.compile(
    r"^(os\.(system|popen|exec\w+|spawn\w+|fork)|asyncio\.create_subprocess_\w+|pty\.spawn)$"
)
_UNSAFE_MODULES = ("pickle", "cPickle", "dill", "shelve", "marshal", "subprocess", "code", "jinja2")
# The one process that may be started: a fixed command that evaluates expressions inside limits
# that the kernel enforces (docs/decisions/0004-cel-as-the-expression-language.md).
_STARTS_PROCESSES = frozenset({"services/kit/expression_sandbox.py"})
_STAR = re.compile(r"(\bselect\s+(\w+\.)?\*|\breturning\s+(\w+\.)?\*)", re.IGNORECASE)
_SQL = re.compile(
    r"^\s*(select\s|insert\s+into\s|update\s+\S+\s+set\b|delete\s+from\s|with\s+\S+\s+as\s*\(|merge\s)",
    re.IGNORECASE,
)
_REQUEST_URL = re.compile(r"(^|\.)(request|websocket)\.(url|base_url|url_for|scope\[.*host.*\])$")


def check_code_from_data(module: Module) -> Iterator[Finding]:
    """Find what makes code or a process of data: nothing of a tenant runs in our processes."""
    if module.room not in {"services", "gateway"} or str(module.path) in _STARTS_PROCESSES:
        return
    for node, name in imports(module.tree):
        if is_within(name, *_UNSAFE_MODULES):
            yield module.finding(
                node, f"`{name}`: data becomes code or a process; not in our processes"
            )
    for call, name in calls(module.tree):
        is_unsafe_yaml = name in {"yaml.load", "yaml.unsafe_load", "yaml.full_load"}
        if name in _CODE_FROM_DATA or _PROCESS_CALLS.match(name) or is_unsafe_yaml:
            yield module.finding(
                call, f"`{name}(`: data becomes code or a process; not in our processes"
            )


def check_request_url(module: Module) -> Iterator[Finding]:
    """Find decisions by `request.url`: its host is the caller's word (CVE-2026-48710)."""
    if module.room != "gateway":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute) and _REQUEST_URL.search(dotted(node)):
            yield module.finding(
                node,
                f"`{dotted(node)}`: built from the Host header; use path parameters and settings",
            )


def check_explicit_columns(module: Module) -> Iterator[Finding]:
    """Statements name their columns: an added column must not change what an old process reads."""
    if module.room not in {"services", "gateway", "cli"}:
        return
    for node, text in texts(module.tree):
        found = _STAR.search(text)
        if found:
            yield module.finding(node, f"`{found.group(0)}`: name the columns")


def check_sql_from_text(module: Module) -> Iterator[Finding]:
    """Values reach SQL as parameters: outside kit no statement is put together from text."""
    if module.service in {"", "kit"} or module.role == "migrations":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.JoinedStr) and any(
            isinstance(part, ast.FormattedValue) for part in node.values
        ):
            first = node.values[0]
            if isinstance(first, ast.Constant) and _SQL.match(str(first.value)):
                yield module.finding(node, "SQL from an f-string: bind values as parameters")
        elif isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "text":
            if node.args and not isinstance(node.args[0], ast.Constant | ast.Name | ast.Attribute):
                yield module.finding(
                    node, "text() of a made-up statement: bind values as parameters"
                )
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            left = node.left
            if (
                isinstance(left, ast.Constant)
                and isinstance(left.value, str)
                and _SQL.match(left.value)
            ):
                yield module.finding(
                    node, "SQL put together with % or +: bind values as parameters"
                )


def check_deadlines(module: Module, rpcs: Collection[str]) -> Iterator[Finding]:
    """Rule 8: every call of another part's RPC says how long it may take."""
    if module.room not in {"services", "gateway", "cli"} or module.service == "kit":
        return
    for node, name in calls(module.tree):
        owner, _, last = name.rpartition(".")
        is_stub_call = last in rpcs and "stub" in owner.lower()
        if is_stub_call and not any(keyword.arg in {"timeout", None} for keyword in node.keywords):
            yield module.finding(
                node, f"`{last}(` without timeout=: say how many seconds it may take"
            )
