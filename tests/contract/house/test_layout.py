"""Which files may exist, and how long they may be."""

from pathlib import Path

import pytest

from tests.support.house.findings import Finding, Tree, report, sample
from tests.support.house.layout import (
    check_forbidden_names,
    check_packages,
    check_platform_files,
    check_service_files,
)
from tests.support.house.sizes import check_file_sizes, check_function_sizes

WHOLE_SERVICE = ["__init__", "__main__", "app", "errors", "settings", "servicer"]


def folder(root: Path, *paths: str, text: str = '"""Sample."""\n') -> Tree:
    """Make a repository of these files."""
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return Tree.of_folder(root)


def whole_service(root: Path, *more: str) -> Tree:
    """Make a service that lacks nothing, and these files in it."""
    names = [f"{name}.py" for name in WHOLE_SERVICE] + list(more)
    return folder(root, *(f"services/prompts/{name}" for name in names))


def test_every_file_of_a_service_is_one_of_the_thirteen() -> None:
    assert not report(check_service_files(Tree.of_repository()))


def test_a_service_may_make_a_package_of_a_file_and_keep_data_in_it(tmp_path: Path) -> None:
    tree = whole_service(
        tmp_path,
        "rules/rendering.py",
        "rules/library/summary.json",
        "migrations/control/versions/0001_first.py",
        "migrations/tenant/versions/0001_first.py",
    )
    assert not report(check_service_files(tree))


@pytest.mark.parametrize(
    "extra",
    ["handlers.py", "rendering/mustache.py", "migrations/env.py", "migrations/versions/0001_a.py"],
)
def test_an_unlisted_file_of_a_service_is_found(tmp_path: Path, extra: str) -> None:
    (found,) = check_service_files(whole_service(tmp_path, extra))
    assert found.path == f"services/prompts/{extra}"


def test_a_service_without_its_composition_root_is_found(tmp_path: Path) -> None:
    tree = folder(tmp_path, *(f"services/prompts/{name}.py" for name in WHOLE_SERVICE[2:]))
    assert [finding.message for finding in check_service_files(tree)] == [
        "has no __init__.py",
        "has no __main__.py",
    ]


def test_a_service_that_the_platform_does_not_have_is_found(tmp_path: Path) -> None:
    tree = folder(tmp_path, *(f"services/shipping/{name}.py" for name in WHOLE_SERVICE))
    (found,) = check_service_files(tree)
    assert found.path == "services/shipping"


def test_kit_gateway_and_test_rooms_hold_only_what_is_listed() -> None:
    assert not report(check_platform_files(Tree.of_repository()))


@pytest.mark.parametrize(
    "path",
    [
        "services/kit/strings.py",
        "services/kit/rpc/retry.py",
        "gateway/views.py",
        "tests/speed/a.py",
    ],
)
def test_an_unlisted_file_of_the_platform_is_found(tmp_path: Path, path: str) -> None:
    (found,) = check_platform_files(folder(tmp_path, path))
    assert found.path == path


def test_no_file_is_named_for_nothing_in_particular() -> None:
    assert not report(check_forbidden_names(Tree.of_repository()))


@pytest.mark.parametrize(
    "path",
    ["services/kit/utils.py", "console/src/helpers/dates.ts", "cli/common/a.py", "gateway/Base.py"],
)
def test_a_file_named_for_nothing_in_particular_is_found(tmp_path: Path, path: str) -> None:
    assert [finding.path for finding in check_forbidden_names(folder(tmp_path, path))] == [path]


def test_packages_re_export_nothing() -> None:
    assert not report(check_packages(Tree.of_repository()))


def test_a_re_export_is_found(tmp_path: Path) -> None:
    text = '"""Commands."""\n\nfrom services.prompts.commands.create_prompt import create_prompt\n'
    tree = folder(tmp_path, "services/prompts/commands/__init__.py", text=text)
    assert [finding.line for finding in check_packages(tree)] == [3]


def test_no_file_is_longer_than_its_room_allows() -> None:
    assert not report(check_file_sizes(Tree.of_repository()))


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("services/prompts/commands.py", 400),
        ("tests/unit/test_a.py", 500),
        ("console/src/pages/Runs.tsx", 250),
    ],
)
def test_a_file_one_line_too_long_is_found(tmp_path: Path, path: str, limit: int) -> None:
    assert not report(check_file_sizes(folder(tmp_path, path, text="\n" * limit)))
    (found,) = check_file_sizes(folder(tmp_path, path, text="\n" * (limit + 1)))
    assert found.path == path


def test_no_function_is_longer_than_fifty_lines() -> None:
    modules = Tree.of_repository().modules("services", "gateway", "cli", "tests")
    assert not report(found for module in modules for found in check_function_sizes(module))


def test_a_function_one_line_too_long_is_found() -> None:
    def function(lines: int) -> list[Finding]:
        text = 'def f():\n    """Docstrings do not count."""\n' + "    x = 1\n" * lines
        return list(check_function_sizes(sample("services/prompts/rules.py", text)))

    assert not function(50)
    assert len(function(51)) == 1
