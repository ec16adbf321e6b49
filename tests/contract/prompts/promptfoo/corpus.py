"""The corpus, the suites, and what promptfoo answered to them."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent
SUITES: Final = HERE / "suites"
ANSWERS: Final = HERE / "answers.json"


def corpus() -> list[dict[str, Any]]:
    """Return the cases: `id`, `output`, `assert`, and what is known of the answer."""
    cases: list[dict[str, Any]] = yaml.safe_load((HERE / "corpus.yaml").read_text(encoding="utf-8"))
    return cases


def answers() -> dict[str, Any]:
    """Return what `record.py` wrote down."""
    recorded: dict[str, Any] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return recorded


def suite_files(name: str) -> dict[str, str]:
    """Return file name -> text of one suite; `suite.yaml` is the suite itself."""
    return {
        path.name: path.read_text(encoding="utf-8") for path in sorted((SUITES / name).iterdir())
    }
