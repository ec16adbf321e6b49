"""What is installed is what was locked."""

import json
from pathlib import Path

import pytest

from tests.support.house.findings import Tree, report
from tests.support.house.locks import check_floors, check_locks, check_npm_lock

PYPROJECT = """
[project]
dependencies = ["starlette>=1.0"]
[project.optional-dependencies]
gateway = ["uvicorn>=0.54"]
all = ["promptpilot[gateway]"]
dev = ["pytest>=9"]
"""
HASH = f" \\\n    --hash=sha256:{'0' * 64}\n"
FLOORS = '[floors]\nstarlette = { version = "1.0.1", why = "a hole" }\n'


def repository(root: Path, *, runtime: str, dev: str | None = None) -> Tree:
    """Make a repository with these locks; `dev` is the runtime lock and pytest unless given."""
    (root / "deploy/locks").mkdir(parents=True)
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (root / "deploy/locks/floors.toml").write_text(FLOORS, encoding="utf-8")
    (root / "deploy/locks/runtime.txt").write_text(runtime, encoding="utf-8")
    dev = f"{runtime}pytest==9.2.0{HASH}" if dev is None else dev
    (root / "deploy/locks/dev.txt").write_text(dev, encoding="utf-8")
    return Tree.of_folder(root)


FINE = f"starlette==1.10.0{HASH}uvicorn==0.54.1 ; sys_platform != 'win32'{HASH}"


def test_locks_hold_hashes_no_address_and_what_pyproject_asks_for() -> None:
    assert not report(check_locks(Tree.of_repository()))


def test_no_locked_package_is_older_than_the_release_that_mended_it() -> None:
    assert not report(check_floors(Tree.of_repository()))


def test_the_consoles_lock_holds_hashes_and_no_address() -> None:
    assert not report(check_npm_lock(Tree.of_repository()))


def test_a_whole_lock_is_left_alone(tmp_path: Path) -> None:
    tree = repository(tmp_path, runtime=FINE)
    assert not report(check_locks(tree)) + report(check_floors(tree))


@pytest.mark.parametrize(
    ("runtime", "said"),
    [
        (FINE.replace("starlette==1.10.0", "starlette==0.9"), "does not hold starlette>=1.0"),
        (f"starlette==1.10.0{HASH}", "does not hold uvicorn>=0.54"),
        (f"starlette==1.10.0\nuvicorn==0.54.1{HASH}", "starlette has no hash"),
        (f"--index-url https://example.invalid/simple\n{FINE}", "holds a registry address"),
    ],
)
def test_a_lock_that_does_not_hold_is_found(tmp_path: Path, runtime: str, said: str) -> None:
    assert said in report(check_locks(repository(tmp_path, runtime=runtime)))


def test_a_tool_that_is_not_locked_is_found(tmp_path: Path) -> None:
    found = report(check_locks(repository(tmp_path, runtime=FINE, dev=FINE)))
    assert found == "deploy/locks/dev.txt: does not hold pytest>=9: type `make lock`"


def test_a_package_below_its_floor_is_found(tmp_path: Path) -> None:
    runtime = FINE.replace("starlette==1.10.0", "starlette==1.0.0")
    assert "1.0.0 < 1.0.1: a hole" in report(check_floors(repository(tmp_path, runtime=runtime)))


def test_an_npm_lock_with_an_address_or_without_hashes_is_found(tmp_path: Path) -> None:
    path = tmp_path / "package-lock.json"
    address = "https://example.invalid/a.tgz"
    path.write_text(json.dumps({"resolved": address}), encoding="utf-8")
    assert len(list(check_npm_lock(Tree.of_folder(tmp_path)))) == 2
