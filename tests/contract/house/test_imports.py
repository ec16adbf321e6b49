"""Who may import whom: import-linter's contracts, and the proof that each of them bites."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.house.circles import check_console_circles
from tests.support.house.findings import ROOT, SERVICES, Tree, report

DOORS = ("gateway", "cli")
PARTS = ("__main__", "app", "commands", "repository", "rules", "errors", "settings")
ALL = {f"services.{service}" for service in SERVICES}


def configuration(root: Path = ROOT) -> dict[str, Any]:
    """Read import-linter's part of pyproject.toml."""
    tool = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    found: dict[str, Any] = tool["importlinter"]
    return found


def contract(id: str) -> dict[str, Any]:
    """Read one contract by its id."""
    return next(each for each in configuration()["contracts"] if each["id"] == id)


def lint(root: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a repository."""
    return subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()",
         "--no-logo", "--no-cache"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def sample(root: Path, **imports: str) -> Path:
    """Make a repository of all parts, each empty but for these imports, under our contracts.

    A keyword `services__prompts__app` stands for the file services/prompts/app.py. Contracts that
    list services list all of them there, also those that do not exist here yet.
    """
    parts = ["services/kit", *DOORS, *(f"services/{service}" for service in SERVICES)]
    for part in parts:
        (root / part).mkdir(parents=True)
        (root / part / "__init__.py").touch()
        for name in PARTS if part.startswith("services/") else ("app",):
            (root / part / f"{name}.py").touch()
    (root / "services/__init__.py").touch()
    for name, text in imports.items():
        (root / f"{name.replace('__', '/')}.py").write_text(f"{text}\n", encoding="utf-8")
    lines = ["[tool.importlinter]", 'root_packages = ["services", "gateway", "cli"]']
    for each in configuration()["contracts"]:
        lines.append("[[tool.importlinter.contracts]]")
        for key, value in each.items():
            lists_services = isinstance(value, list) and ALL.intersection(value)
            whole = sorted(ALL.union(value)) if lists_services else value
            lines.append(f"{key} = {json.dumps(whole)}")  # JSON's texts and lists are TOML's too
    (root / "pyproject.toml").write_text("\n".join(lines), encoding="utf-8")
    return root


def test_imports_run_the_way_the_house_says() -> None:
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout


def test_the_contracts_list_every_service_that_exists() -> None:
    services = [f"services.{name}" for name in Tree.of_repository().services()]
    listed = {
        "contract services, modules": contract("services")["modules"],
        "contract layers, containers": contract("layers")["containers"],
        "contract kit, forbidden_modules": contract("kit")["forbidden_modules"],
        "contract doors, source_modules": contract("doors")["source_modules"],
        "contract gateway, forbidden_modules": contract("gateway")["forbidden_modules"],
    }
    for where, names in listed.items():
        missing = sorted(set(services) - set(names))
        assert not missing, f"pyproject.toml, {where}: add {', '.join(missing)}"
    assert {name.partition(".")[2] for name in services} <= set(SERVICES)


def test_a_repository_that_keeps_the_contracts_passes(tmp_path: Path) -> None:
    outcome = lint(sample(tmp_path, services__prompts__app="import services.prompts.commands"))
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("importer", "imported", "broken"),
    [
        ("services/kit/app", "services.prompts.rules", "kit knows no service"),
        ("services/prompts/commands", "services.billing.rules", "services meet only in contracts"),
        ("services/prompts/commands", "gateway.app", "services know neither gateway"),
        ("gateway/app", "services.prompts.commands", "gateway and command line call services"),
        ("cli/app", "services.billing.repository", "gateway and command line call services"),
        ("services/prompts/rules", "services.prompts.repository", "imports run downwards"),
        ("services/prompts/repository", "services.prompts.commands", "imports run downwards"),
        ("services/prompts/handlers", "services.prompts.rules", "imports run downwards"),
    ],
)
def test_an_import_the_other_way_breaks_its_contract(
    tmp_path: Path, importer: str, imported: str, broken: str
) -> None:
    outcome = lint(sample(tmp_path, **{importer.replace("/", "__"): f"import {imported}"}))
    assert outcome.returncode == 1
    verdicts = " ".join(outcome.stdout.split())
    assert f"{broken}" in verdicts.split("Contracts: ")[0]
    assert "1 broken" in verdicts


@pytest.mark.parametrize("indent", ["", "if TYPE_CHECKING:\n    "])
def test_a_circle_of_imports_breaks_its_contract_even_when_only_types_close_it(
    tmp_path: Path, indent: str
) -> None:
    back = f"from typing import TYPE_CHECKING\n{indent}import services.kit.errors"
    root = sample(
        tmp_path, services__kit__errors="import services.kit.rules", services__kit__rules=back
    )
    outcome = lint(root)
    assert outcome.returncode == 1
    verdicts = " ".join(outcome.stdout.split())
    assert "no import circles, types included BROKEN" in verdicts
    assert "1 broken" in verdicts


def test_the_console_imports_in_no_circle() -> None:
    assert not report(check_console_circles(Tree.of_repository()))


@pytest.mark.parametrize(
    "back",
    [
        "import { Field } from '@/forms/Field';",
        "import type { Field } from '@/forms/Field';",
        "import {\n  Field,\n  Other,\n} from '@/forms/Field';",
        "const Field = lazy(() => import('@/forms/Field'));",
    ],
)
def test_a_circle_in_the_console_is_found(tmp_path: Path, back: str) -> None:
    forms = tmp_path / "console/src/forms"
    forms.mkdir(parents=True)
    (forms / "Field.tsx").write_text("import { Form } from '@/forms/Form';\n", encoding="utf-8")
    (forms / "Form.tsx").write_text("import { x } from '@/api/generated';\n", encoding="utf-8")
    assert not list(check_console_circles(Tree.of_folder(tmp_path)))
    (forms / "Form.tsx").write_text(f"{back}\n", encoding="utf-8")
    (found,) = check_console_circles(Tree.of_folder(tmp_path))
    assert "forms/Field.tsx → forms/Form.tsx" in found.message
