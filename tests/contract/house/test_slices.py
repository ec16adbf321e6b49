"""One slice, one name, through door, use case and tests."""

from pathlib import Path

import pytest

from tests.support.house.contracts import contract_files
from tests.support.house.findings import Tree, report
from tests.support.house.slices import check_use_case_tests, check_use_cases

FILES = [file for file in contract_files() if "/billing/" in file.name]
TWIN = "async def test_{}_of_other_tenant_is_not_found(): pass\n"


def repository(root: Path, **files: str) -> Tree:
    """Make a repository with a billing service; keyword `a__b` stands for the path a/b.py."""
    for name, text in {"services__billing__app": "", **files}.items():
        path = root / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Tree.of_folder(root)


def test_every_rpc_has_its_door_and_its_use_case() -> None:
    assert not report(check_use_cases(Tree.of_repository(), contract_files()))


def test_every_rpc_has_its_test_and_its_other_tenant_twin() -> None:
    assert not report(check_use_case_tests(Tree.of_repository(), contract_files()))


def test_an_rpc_without_door_or_use_case_is_found(tmp_path: Path) -> None:
    tree = repository(
        tmp_path,
        services__billing__servicer="class B:\n    async def GetUsage(self, r, c): pass\n",
        services__billing__queries="async def get_run_cost(): pass\n",
    )
    found = report(check_use_cases(tree, FILES))
    assert "does not answer GetRunCost" in found
    assert "GetUsage: no get_usage in" in found
    assert "does not answer GetUsage" not in found
    assert "GetRunCost: no get_run_cost" not in found


def test_an_rpc_without_a_test_is_found(tmp_path: Path) -> None:
    found = report(check_use_case_tests(repository(tmp_path), FILES))
    assert "tests/integration/billing/test_get_usage.py: GetUsage has no integration test" in found


@pytest.mark.parametrize("name", ["test_get_usage", "test_usage"])
def test_an_rpc_without_its_twin_is_found(tmp_path: Path, name: str) -> None:
    call = "async def test_usage_is_summed_by_day(stub):\n    await stub.GetUsage(request)\n"
    files = {f"tests__integration__billing__{name}": call}
    twinless = report(check_use_case_tests(repository(tmp_path, **files), FILES))
    assert "GetUsage has no test whose name says what `other_tenant` gets" in twinless

    files[f"tests__integration__billing__{name}"] += TWIN.format("usage")
    assert "GetUsage" not in report(check_use_case_tests(repository(tmp_path, **files), FILES))
