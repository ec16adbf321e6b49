"""Which files may exist: the thirteen names of a service, kit's list, and names nobody may use."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.support.house.findings import SERVICES, Finding, Tree

# fmt: off
THIRTEEN = frozenset({
    "__init__", "__main__", "app", "servicer", "consumers", "jobs", "commands", "queries",
    "repository", "adapters", "events", "models", "rules", "errors", "settings",
})
REQUIRED = frozenset({"__init__", "__main__", "app", "errors", "settings"})
KIT = frozenset({
    "__init__", "settings", "errors", "ids", "clock", "tenancy", "provisioning", "db", "control",
    "work", "migrations", "fanout", "outbox", "inbox", "bus", "envelope", "idempotency", "seal",
    "paging", "expressions", "expression_child", "expression_errors", "expression_references",
    "expression_sandbox", "expression_tokens", "expression_values", "json_schemas", "egress",
    "egress_addresses", "cancellation", "caller", "tokenizer",
    "telemetry", "runtime", "rpc",
})
KIT_RPC = frozenset({
    "__init__", "context", "deadline", "drain", "errors", "interceptors", "permissions", "retries",
    "server", "client", "calls",
})
GATEWAY = frozenset({
    "__init__", "__main__", "app", "settings", "auth", "tenancy", "limits", "problems", "clients",
    "live", "openapi", "routes",
    "answers", "compatible", "cookies", "door", "edge", "operations", "pages", "probes",
    "pushed_cache", "resolved", "schema", "security",
    "server", "translate",
})
TEST_ROOMS = frozenset({
    "__init__", "conftest", "unit", "contract", "integration", "e2e", "chaos", "bench", "support",
})
FORBIDDEN = frozenset({
    "utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "base",
})
# fmt: on
# Generated code, and folders that HOUSE section 2 names so itself.
NAMED_BY_OTHERS = ("proto/gen", "console/src/api/generated", "console/src/util", "k8s/base")


def check_forbidden_names(tree: Tree) -> Iterator[Finding]:
    """Find files and folders named for nothing in particular."""
    for path in tree.paths:
        if any(path.is_relative_to(folder) for folder in NAMED_BY_OTHERS):
            continue
        for part in path.parts:
            if part.split(".")[0].lower() in FORBIDDEN:
                yield Finding(str(path), 0, f"`{part}` says nothing: name it for what it holds")


def check_service_files(tree: Tree) -> Iterator[Finding]:
    """Find files that are none of the thirteen, and services that lack what each has."""
    for service in tree.services():
        here = f"services/{service}"
        if service not in SERVICES:
            yield Finding(here, 0, f"is no service of the platform: {', '.join(SERVICES)}")
        names = set[str]()
        for path in tree.under(here):
            inside = path.relative_to(here)
            name = inside.parts[0].removesuffix(".py")
            names.add(name)
            if name == "migrations":
                yield from _check_migration(path, inside)
            elif name not in THIRTEEN and not _is_data(inside):
                yield Finding(
                    str(path), 0, f"is none of the thirteen files: {' '.join(sorted(THIRTEEN))}"
                )
        for name in sorted(REQUIRED - names):
            yield Finding(here, 0, f"has no {name}.py")


def _is_data(inside: PurePosixPath) -> bool:
    """Tell whether a file is data in a folder of its own, such as a library that ships with us."""
    return inside.suffix == ".json" and len(inside.parts) == 2


def _check_migration(path: PurePosixPath, inside: PurePosixPath) -> Iterator[Finding]:
    is_revision = len(inside.parts) == 4 and inside.parts[2] == "versions"
    if path.suffix == ".py" and not (is_revision and inside.parts[1] in {"control", "tenant"}):
        yield Finding(
            str(path),
            0,
            "revisions live in migrations/{control,tenant}/versions/ and nothing beside them",
        )


def check_packages(tree: Tree) -> Iterator[Finding]:
    """Find packages that re-export: each name of a service has one home to import it from.

    Kit's packages may: what they give to others stands in their `__init__`.
    """
    for module in tree.modules("services"):
        is_package = module.path.name == "__init__.py" and module.service not in {"", "kit"}
        if is_package and len(module.tree.body) > 1:
            yield module.finding(
                module.tree.body[1], "a package's __init__ holds its docstring only: no re-exports"
            )


def check_platform_files(tree: Tree) -> Iterator[Finding]:
    """Find files of kit, gateway and tests that are not on their lists."""
    homes = (
        ("services/kit/rpc", KIT_RPC, "HOUSE section 2"),
        ("services/kit", KIT, "docs/decisions/0006-files-of-kit.md"),
        ("gateway", GATEWAY, "HOUSE section 2"),
        ("tests", TEST_ROOMS, "HOUSE section 7"),
    )
    for home, allowed, where in homes:
        for path in tree.under(home):
            name = path.relative_to(home).parts[0].removesuffix(".py")
            if name not in allowed and path.suffix == ".py":
                yield Finding(str(path), 0, f"`{name}` is not on the list of {home} ({where})")
