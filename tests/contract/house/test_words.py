"""No tracked file names a registry's address, or a path of one machine."""

from pathlib import Path

import pytest

from tests.support.house.findings import Tree, report
from tests.support.house.words import check_words


def test_tracked_files_name_no_registry_and_no_machine() -> None:
    assert not report(check_words(Tree.of_repository()))


@pytest.mark.parametrize(
    "line",
    [
        "fetched from https://" + "pypi" + ".org/simple",
        'resolved "https://registry' + ".npmjs" + '.org/a"',
        "see /" + "work/wt/notes.md",
        "cd /" + "root/.cache",
    ],
)
def test_an_address_or_a_path_of_one_machine_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "a.md").write_text(f"# A\n{line}\n", encoding="utf-8")
    (found,) = check_words(Tree.of_folder(tmp_path))
    assert found.line == 2


def test_the_name_of_a_package_and_a_relative_path_are_left_alone(tmp_path: Path) -> None:
    text = "From PyPI. See services/kit/work.py, https://example.com/work/here and ../work/x.\n"
    (tmp_path / "a.md").write_text(text, encoding="utf-8")
    assert not report(check_words(Tree.of_folder(tmp_path)))
