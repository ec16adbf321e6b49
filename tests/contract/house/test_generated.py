"""Generated code is never edited, and contracts only grow: gen-check and buf, each proved."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.house.findings import ROOT

PROMPTS = "proto/promptpilot/prompts/v1/prompts.proto"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Copy what the generator and buf read into a git repository of its own, with one commit."""
    for folder in ("proto", "deploy/toolchain"):
        shutil.copytree(
            ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for command in (
        ["git", "init", "--quiet", "--initial-branch=main"],
        ["git", "add", "--all"],
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qm", "before"],
    ):
        subprocess.run(command, cwd=tmp_path, check=True)
    return tmp_path


def run(command: list[str], cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command with the project's tools before the system's."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def change(path: Path, before: str, after: str) -> None:
    """Replace the first place of a text in a file; fail when it is not there."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def commit_all(root: Path) -> None:
    """Make a second commit, so that there is one before it."""
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-qam", "after"],
        cwd=root,
        check=True,
    )


def test_generated_code_is_what_its_sources_give(repository: Path) -> None:
    outcome = run(["deploy/toolchain/generate.sh", "check"], repository)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


def test_an_edited_generated_file_is_found(repository: Path) -> None:
    edited = repository / "proto/gen/promptpilot/prompts/v1/prompts_pb2.pyi"
    edited.write_text(edited.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    outcome = run(["deploy/toolchain/generate.sh", "check"], repository)
    assert outcome.returncode == 1
    assert "prompts_pb2.pyi" in outcome.stdout
    assert "make gen" in outcome.stdout


def test_a_contract_that_was_not_generated_again_is_found(repository: Path) -> None:
    change(repository / PROMPTS, "message Variable {", "message Variable {\n  string extra = 99;")
    assert run(["deploy/toolchain/generate.sh", "check"], repository).returncode == 1


def test_contracts_keep_to_bufs_rules(repository: Path) -> None:
    outcome = run(["buf", "lint"], repository / "proto")
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (r"  // Render.*?\n|  // Fill a version.*?  rpc", "  rpc", "COMMENT_RPC"),
        (r"PROMPT_TYPE_UNSPECIFIED = 0", "PROMPT_TYPE_NONE = 0", "ENUM_ZERO_VALUE_SUFFIX"),
        (
            r"returns \(GetPromptResponse\)",
            "returns (stream GetPromptResponse)",
            "server streaming",
        ),
    ],
)
def test_a_contract_that_breaks_bufs_rules_is_found(
    repository: Path, before: str, after: str, rule: str
) -> None:
    path = repository / PROMPTS
    text, count = re.subn(before, after, path.read_text(encoding="utf-8"), count=1, flags=re.DOTALL)
    assert count == 1
    path.write_text(text, encoding="utf-8")
    outcome = run(["buf", "lint", "--error-format=json"], repository / "proto")
    assert outcome.returncode != 0
    assert rule in outcome.stdout


def test_a_contract_that_grew_breaks_nothing(repository: Path) -> None:
    change(repository / PROMPTS, "message Variable {", "message Variable {\n  string extra = 99;")
    commit_all(repository)
    outcome = run(["deploy/toolchain/breaking.sh"], repository)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("string default_json = 4;", "string standard_json = 4;"),
        ("string default_json = 4;", "reserved 4;"),
        ("string default_json = 4;", "int32 default_json = 4;"),
    ],
)
def test_a_field_renamed_removed_or_retyped_is_found(
    repository: Path, before: str, after: str
) -> None:
    change(repository / PROMPTS, before, after)
    commit_all(repository)
    outcome = run(["deploy/toolchain/breaking.sh"], repository)
    assert outcome.returncode != 0
    assert "prompts.proto" in outcome.stdout + outcome.stderr
