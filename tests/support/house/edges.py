"""What happens at one place only: transactions, events, errors, settings, the clock."""

import ast
from collections.abc import Iterator

from tests.support.house.calls import calls, dotted, functions, imports, is_within
from tests.support.house.findings import Finding, Module

_COMMITS = frozenset({"commit", "rollback"})
_DATABASE_DOORS = frozenset(
    {"create_async_engine", "create_engine", "async_sessionmaker", "sessionmaker", "AsyncSession"}
)
_SQL_HOMES = frozenset({"models", "repository", "migrations"})
_IMPURE = (
    "asyncio", "aiohttp", "asyncpg", "grpc", "nats", "os", "random", "requests", "secrets",
    "socket", "sqlalchemy", "subprocess", "threading", "time", "urllib.request", "uuid.uuid1",
    "uuid.uuid4",
)  # fmt: skip
_FILE_CALLS = frozenset({"read_text", "write_text", "read_bytes", "write_bytes"})
_CLOCKS = frozenset({"now", "utcnow", "today"})


def check_transactions(module: Module) -> Iterator[Finding]:
    """Rule 3 and 4: `work.begin` is the only road to data, and the edge commits.

    Outside kit nobody commits, rolls back, opens an engine or a session of their own.
    """
    if module.room not in {"services", "gateway"} or module.service == "kit":
        return
    for node, name in calls(module.tree):
        last = name.rpartition(".")[2]
        if last in _COMMITS and "." in name:
            yield module.finding(
                node, f"`.{last}(`: `work.begin` commits at the edge, nobody else does"
            )
        if last in _DATABASE_DOORS:
            yield module.finding(
                node, f"`{last}(`: data is reached through `work.begin(tenant)` only"
            )


def check_events(module: Module) -> Iterator[Finding]:
    """Rule 4: events leave through the outbox of the transaction: `tx.emit`."""
    if module.room not in {"services", "gateway"} or module.service == "kit":
        return
    for node, name in calls(module.tree):
        owner, _, last = name.rpartition(".")
        # `rules.publish(prompt, version)` decides; it sends nothing.
        if last == "publish" and owner and owner != "rules" and not owner.startswith("rules."):
            yield module.finding(
                node, "`.publish(`: events leave through `tx.emit`, hints by `bus.hint`"
            )


def check_sql_home(module: Module) -> Iterator[Finding]:
    """Find SQL outside repository.py: the rest of a service asks its repository."""
    if module.service in {"", "kit"} or module.role in _SQL_HOMES:
        return
    for node, name in imports(module.tree):
        if is_within(name, "sqlalchemy", "asyncpg", "alembic"):
            yield module.finding(
                node, f"`{name}`: all SQL of a service stands in its repository.py"
            )


def check_errors(module: Module) -> Iterator[Finding]:
    """Rule 5: raise a reason; only kit.rpc and gateway/problems.py set a status."""
    if module.room not in {"services", "gateway"}:
        return
    is_rpc_border = module.path.is_relative_to("services/kit/rpc")
    is_http_border = str(module.path) == "gateway/problems.py"
    if is_rpc_border or is_http_border:
        return
    for node, name in calls(module.tree):
        last = name.rpartition(".")[2]
        if last in {"abort", "abort_with_status", "set_code", "set_details"} and "." in name:
            yield module.finding(
                node, f"`.{last}(`: raise a reason of errors.py; kit.rpc sets the status"
            )
        if last == "HTTPException":
            yield module.finding(node, "HTTPException: raise a reason; gateway/problems.py answers")
        if module.room == "gateway":
            yield from _check_status_keyword(module, node)


def _check_status_keyword(module: Module, node: ast.Call) -> Iterator[Finding]:
    for keyword in node.keywords:
        is_error = (
            keyword.arg in {"status", "status_code"}
            and isinstance(keyword.value, ast.Constant)
            and isinstance(keyword.value.value, int)
            and keyword.value.value >= 400
        )
        if is_error:
            yield module.finding(
                node, "an error status: raise a reason; gateway/problems.py answers"
            )


def check_reasons(module: Module) -> Iterator[Finding]:
    """Rule 5: what a service raises is one of its own reasons, or a field at fault."""
    if module.service in {"", "kit"}:
        return
    from_kit = {
        name.rpartition(".")[2]
        for _, name in imports(module.tree)
        if is_within(name, "services.kit.errors")
    }
    bare = (from_kit - {"InvalidArgument"}) | {"Exception", "BaseException"}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = dotted(node.exc.func)
            if name in bare:
                yield module.finding(
                    node, f"raises {name} itself: subclass it in errors.py with a reason"
                )


def check_settings(module: Module) -> Iterator[Finding]:
    """Only `__main__` reads the environment, and no module holds settings of its own."""
    if module.room not in {"services", "gateway"}:
        return
    # `services/__init__.py` tells gRPC something before it is imported, and reads nothing.
    is_entrance = str(module.path) == "services/__init__.py"
    if module.role != "__main__" and not is_entrance:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Attribute | ast.Name) and dotted(node) in {
                "os.environ", "os.getenv", "environ", "getenv",
            }:  # fmt: skip
                yield module.finding(
                    node, "reads the environment: only __main__ does, by its settings"
                )
    for statement in module.tree.body:
        if (
            isinstance(statement, ast.Assign | ast.AnnAssign)
            and isinstance(statement.value, ast.Call)
            and dotted(statement.value.func).endswith("Settings")
        ):
            yield module.finding(statement, "settings at module level: pass them by name")


def check_rules_are_pure(module: Module) -> Iterator[Finding]:
    """Rule 7: rules.py decides. No I/O, and clock, ids and randomness are arguments."""
    if module.service in {"", "kit"} or module.role != "rules":
        return
    for node, name in imports(module.tree):
        if is_within(name, *_IMPURE):
            yield module.finding(node, f"rules import `{name}`: take what it gives as an argument")
    for call, name in calls(module.tree):
        owner, _, last = name.rpartition(".")
        if (last in _CLOCKS and owner.endswith(("datetime", "date"))) or last == "new_id":
            yield module.finding(call, f"rules call `{name}`: take the time or id as an argument")
        # `files(…)` of importlib.resources reads what ships with the code: a constant in a file.
        is_packaged = "files()" in owner
        if name == "open" or (last in _FILE_CALLS and not is_packaged):
            yield module.finding(call, f"rules call `{name}`: rules touch no files")
    for function in functions(module.tree):
        if isinstance(function, ast.AsyncFunctionDef):
            yield module.finding(function, f"`async def {function.name}`: rules wait for nothing")


def check_kit_imports(module: Module) -> Iterator[Finding]:
    """Kit knows no service, and of the contracts only the options that every contract uses."""
    if module.service != "kit":
        return
    for node, name in imports(module.tree):
        is_service = is_within(name, "services") and not is_within(name, "services.kit")
        is_contract = is_within(name, "promptpilot") and not is_within(name, "promptpilot.options")
        if is_service or is_contract or is_within(name, "gateway", "cli", "tests"):
            yield module.finding(node, f"kit imports `{name}`: kit holds no business noun")
