"""Rule 9: a test states a guarantee: it can fail, its name says it, nothing of ours is faked."""

import ast
import re
from collections.abc import Iterator

from tests.support.house.calls import calls, dotted, functions, imports, is_within
from tests.support.house.findings import Finding, Module

_ASSERTING = re.compile(
    r"^(assert|check|expect|must|refus|until|verify|wait)\w*$|^(fail|raises|readiness|timeout|warns)$"
)
_OURS = ("services", "gateway", "cli", "promptpilot")
_LEAST_WORDS = 3


def check_tests_can_fail(module: Module) -> Iterator[Finding]:
    """Find tests without anything that could fail on a wrong answer."""
    asserting = _asserting_functions(module)
    for test in _tests(module):
        if test.name not in asserting:
            yield module.finding(test, f"{test.name} asserts nothing: say what must hold")


def _asserting_functions(module: Module) -> set[str]:
    """Name the functions of a file that can fail on a wrong answer, by themselves or by a call."""
    called = {
        function.name: {name.rpartition(".")[2] for _, name in calls(function)}
        for function in functions(module.tree)
    }
    found = {
        function.name
        for function in functions(module.tree)
        if any(isinstance(node, ast.Assert) for node in ast.walk(function))
        or any(_ASSERTING.search(name) for name in called[function.name])
    }
    while more := {name for name, names in called.items() if names & found} - found:
        found |= more
    return found


def check_test_names(module: Module) -> Iterator[Finding]:
    """Find tests whose name is no sentence: `test_create` says nothing when it fails."""
    for test in _tests(module):
        if len(test.name.removeprefix("test_").split("_")) < _LEAST_WORDS:
            yield module.finding(test, f"{test.name}: a test's name says what holds")


def check_no_mocks(module: Module) -> Iterator[Finding]:
    """Find patched code of our own: only what we do not own has a fake, in tests/support/fakes."""
    if module.room != "tests":
        return
    ours = set[str]()
    for node, name in imports(module.tree):
        if is_within(name, "unittest.mock", "mock", "pytest_mock"):
            yield module.finding(node, "mocks: use the real part, or a fake of tests/support/fakes")
        if is_within(name, *_OURS):
            ours |= {name.rpartition(".")[2], name.partition(".")[0]}
    for call, name in calls(module.tree):
        if not name.endswith(("monkeypatch.setattr", "monkeypatch.delattr")) or not call.args:
            continue
        target = call.args[0]
        text = str(target.value) if isinstance(target, ast.Constant) else dotted(target)
        what = call.args[1] if len(call.args) > 1 else None
        if isinstance(what, ast.Constant) and str(what.value).isupper():
            continue  # a limit of ours made small is data, not code
        if text.split(".")[0] in ours | set(_OURS):
            yield module.finding(
                call, f"patches `{text}`, which is ours: pass what differs as an argument"
            )


def check_sleeps(module: Module) -> Iterator[Finding]:
    """Find blocking sleeps: they stop the event loop, and with it what the test waits for."""
    if module.room not in {"services", "gateway", "tests"}:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFunctionDef):
            for call, name in calls(node):
                if name == "time.sleep":
                    yield module.finding(call, "time.sleep in a coroutine: await asyncio.sleep")


def _tests(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    if module.room != "tests" or not module.path.name.startswith("test_"):
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(
            "test_"
        ):
            yield node
