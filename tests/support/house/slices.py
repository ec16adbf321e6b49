"""One slice, one name: an RPC is found by the same words in commands, servicer and tests."""

from collections.abc import Iterator

from google.protobuf.descriptor import FileDescriptor, MethodDescriptor

from promptpilot.options.v1 import options_pb2
from tests.support.house.calls import functions
from tests.support.house.contracts import methods, permission_of, service_of, snake
from tests.support.house.findings import Finding, Module, Tree

# What is done to a thing that has an id: the thing may be another tenant's.
_TOUCHES = (
    "Get", "List", "Update", "Delete", "Cancel", "Archive", "Unarchive", "Publish", "Revoke", "Set",
    "Resolve", "Render", "Watch",
)  # fmt: skip
# Whose caller has no tenant, or acts for the platform: there is no other tenant to be told apart.
_WITHOUT_TENANT = {options_pb2.PERMISSION_ANONYMOUS, options_pb2.PERMISSION_SERVICE}


def check_use_cases(tree: Tree, files: list[FileDescriptor]) -> Iterator[Finding]:
    """Find RPCs without a function of their name in commands or queries, or without a door."""
    for service, rpcs in _by_service(tree, files).items():
        here = f"services/{service}"
        use_cases, doors = set[str](), set[str]()
        for module in tree.modules(here):
            names = {function.name for function in functions(module.tree)}
            if module.role in {"commands", "queries"}:
                use_cases |= names
            elif module.role == "servicer":
                doors |= names
        for rpc in rpcs:
            if rpc.name not in doors:
                yield Finding(here, 0, f"the servicer does not answer {rpc.name}")
            if snake(rpc.name) not in use_cases:
                yield Finding(here, 0, f"{rpc.name}: no {snake(rpc.name)} in commands or queries")


def check_use_case_tests(tree: Tree, files: list[FileDescriptor]) -> Iterator[Finding]:
    """Find RPCs that no integration test calls, and those whose *other tenant* twin is missing."""
    for service, rpcs in _by_service(tree, files).items():
        here = f"tests/integration/{service}"
        modules = [module for module in tree.modules(here) if module.path.name.startswith("test_")]
        for rpc in rpcs:
            own = [module for module in modules if _is_about(module, rpc)]
            wanted = f"{here}/test_{snake(rpc.name)}.py"
            if not own:
                yield Finding(wanted, 0, f"{rpc.name} has no integration test")
            elif _needs_twin(rpc) and not any(_has_twin(module) for module in own):
                yield Finding(
                    str(own[0].path),
                    0,
                    f"{rpc.name} has no test whose name says what `other_tenant` gets",
                )


def _by_service(tree: Tree, files: list[FileDescriptor]) -> dict[str, list[MethodDescriptor]]:
    found: dict[str, list[MethodDescriptor]] = {}
    landed = set(tree.services())
    for method in methods(files):
        service = service_of(method.containing_service.file)
        if service in landed:
            found.setdefault(service, []).append(method)
    return found


def _is_about(module: Module, rpc: MethodDescriptor) -> bool:
    """Tell whether a test file has the RPC's name or calls it."""
    name = snake(rpc.name)
    return module.path.stem == f"test_{name}" or any(
        word in module.text for word in (f".{rpc.name}(", f"commands.{name}(", f"queries.{name}(")
    )


def _needs_twin(rpc: MethodDescriptor) -> bool:
    return rpc.name.startswith(_TOUCHES) and permission_of(rpc) not in _WITHOUT_TENANT


def _has_twin(module: Module) -> bool:
    return any(
        "other_tenant" in function.name
        for function in functions(module.tree)
        if function.name.startswith("test_")
    )
