"""Documents keep their word: examples are valid, links lead somewhere, the site asks nobody."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.hooks.metrics import declared
from docs.hooks.reference import PAGES
from services.pipelines.rules.definitions import read
from tests.support.house.findings import ROOT, Tree

DOCUMENTS = sorted(
    path
    for path in Tree.of_repository().paths
    if path.suffix == ".md" and path.parts[0] not in {"console", "var"}
)
BLOCK = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")
OUTSIDE = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"']?(?:https?:)?//")


def examples() -> list[tuple[str, str]]:
    """Give every JSON block of the documents, with the name of its document."""
    return [
        (str(path), block)
        for path in DOCUMENTS
        for block in BLOCK.findall((ROOT / path).read_text(encoding="utf-8"))
    ]


def test_every_json_example_is_json_and_every_pipeline_among_them_is_valid() -> None:
    pipelines = 0
    for path, block in examples():
        document = json.loads(block)
        if "schema_version" in document:
            pipelines += 1
            faults = read(block).faults
            assert not faults, f"{path}: {faults}"
    assert pipelines > 0


def test_links_between_documents_lead_somewhere() -> None:
    generated = {(ROOT / "docs" / page).resolve() for page in PAGES}
    for path in DOCUMENTS:
        for target in LINK.findall((ROOT / path).read_text(encoding="utf-8")):
            there = ((ROOT / path).parent / target).resolve()
            assert there.exists() or there in generated, f"{path}: {target} is not there"


@pytest.mark.parametrize("page", sorted(PAGES))
def test_a_reference_page_is_made_from_the_code(page: str) -> None:
    text = PAGES[page](ROOT)
    assert text.startswith("# ")
    assert text.count("\n| ") + text.count("\n### ") > 5, f"{page} holds next to nothing"


def test_every_metric_is_set_somewhere() -> None:
    code = "\n".join(
        (ROOT / path).read_text(encoding="utf-8")
        for path in Tree.of_repository().paths
        if path.suffix == ".py" and path.parts[0] in {"services", "gateway"}
    )
    metrics = list(declared(ROOT))
    assert len(metrics) > 10
    for metric in metrics:
        uses = re.findall(rf"\b{metric.constant}\b(?!:)", code)
        assert uses, f"{metric.name} is declared, and nothing sets it"


def test_the_site_builds_strictly_and_asks_no_other_host(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert outcome.returncode == 0, outcome.stderr
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        found = OUTSIDE.search(page.read_text(encoding="utf-8"))
        assert found is None, f"{page.relative_to(tmp_path)}: {found and found.group(0)}"
