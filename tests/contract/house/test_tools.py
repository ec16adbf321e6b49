"""The linters, the type checker and pytest are as strict as the house says, and bite."""

import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.house.findings import ROOT

TOOLS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
LEAST_COVERAGE = 80


def run(*command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a tool of this environment as a module."""
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("from datetime import datetime\n\nNOW = datetime.now()\n", "DTZ005"),
        ("def f(x):\n    return x\n", "ANN001"),
        ("print('a')\n", "T201"),
        ("import requests\n\nrequests.get('https://example.com')\n", "S113"),
        ("try:\n    pass\nexcept Exception:\n    pass\n", "BLE001"),
        (f"X = '{'a' * 100}'\n", "E501"),
    ],
)
def test_ruff_finds_what_the_house_forbids(text: str, rule: str) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--output-format=concise", "--no-cache",
         "--stdin-filename", "services/prompts/rules.py", "-"],
        input=text, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 1
    assert rule in outcome.stdout


def test_every_ruff_ignore_says_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    ignores = text.split("\nignore = [\n")[1].split("\n]")[0].splitlines()
    assert len(ignores) > 5
    for line in ignores:
        assert "#" in line, f"pyproject.toml: {line.strip()} has no reason"


def test_ruff_selects_all_with_lines_of_a_hundred() -> None:
    assert TOOLS["ruff"]["lint"]["select"] == ["ALL"]
    assert TOOLS["ruff"]["line-length"] == 100


def test_mypy_is_strict_and_bites(tmp_path: Path) -> None:
    assert TOOLS["mypy"]["strict"] is True
    wrong = tmp_path / "wrong.py"
    wrong.write_text("def f(x):\n    return x\n", encoding="utf-8")
    outcome = run(
        "mypy", "--config-file", "pyproject.toml", "--cache-dir", str(tmp_path), str(wrong)
    )
    assert outcome.returncode == 1
    assert "no-untyped-def" in outcome.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import warnings\n\ndef test_a():\n    warnings.warn('old', stacklevel=1)\n", "old"),
        ("async def test_a():\n    assert False, 'it ran'\n", "it ran"),
        ("import pytest\n\n@pytest.mark.unheard_of\ndef test_a():\n    pass\n", "unheard_of"),
    ],
)
def test_pytest_fails_on_warnings_and_runs_coroutines(tmp_path: Path, text: str, said: str) -> None:
    test = tmp_path / "test_sample.py"
    test.write_text(text, encoding="utf-8")
    outcome = run("pytest", "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(tmp_path),
                  "-p", "no:cacheprovider", str(test))  # fmt: skip
    assert outcome.returncode != 0
    assert said in outcome.stdout


def test_pytest_has_random_order_and_a_time_out_for_each_test() -> None:
    options = TOOLS["pytest"]["ini_options"]
    assert options["timeout"] <= 120
    assert options["filterwarnings"][0] == "error"
    assert "no:randomly" not in " ".join(options["addopts"])


def test_coverage_counts_branches_and_processes_and_has_a_floor() -> None:
    coverage = TOOLS["coverage"]
    assert coverage["run"]["branch"] is True
    assert "subprocess" in coverage["run"]["patch"]
    assert coverage["report"]["fail_under"] >= LEAST_COVERAGE
