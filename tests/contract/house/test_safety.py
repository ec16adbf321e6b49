"""No code from data, no SQL from text, no trust in the Host header, no call without a deadline."""

from functools import partial

import pytest

from tests.support.house import safety
from tests.support.house.contracts import contract_files, methods
from tests.support.house.findings import ModuleCheck, Tree, check_modules, report, sample

CHECKS: tuple[ModuleCheck, ...] = (
    safety.check_code_from_data,
    safety.check_request_url,
    safety.check_explicit_columns,
    safety.check_sql_from_text,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_nothing_that_runs_for_a_tenant_breaks_it(check: ModuleCheck) -> None:
    modules = Tree.of_repository().modules("services", "gateway", "cli")
    assert not report(check_modules(modules, check))


def test_every_call_of_another_part_has_a_deadline() -> None:
    rpcs = {method.name for method in methods(contract_files())}
    check = partial(safety.check_deadlines, rpcs=rpcs)
    assert not report(check_modules(Tree.of_repository().modules("services", "gateway"), check))


CODE = "services/execution/adapters.py"
REPOSITORY = "services/prompts/repository.py"
VIOLATIONS = [
    (safety.check_code_from_data, CODE, "eval(text)"),
    (safety.check_code_from_data, CODE, "exec(text)"),
    (safety.check_code_from_data, CODE, "compile(text, 'f', 'exec')"),
    (safety.check_code_from_data, CODE, "import pickle"),
    (safety.check_code_from_data, CODE, "from subprocess import run"),
    (safety.check_code_from_data, CODE, "x = yaml.load(text)"),
    (safety.check_code_from_data, CODE, "os.system('ls')"),
    (safety.check_code_from_data, CODE, "await asyncio.create_subprocess_exec('ls')"),
    (safety.check_code_from_data, "gateway/app.py", "from jinja2 import Environment"),
    (safety.check_request_url, "gateway/auth.py", "host = request.url.hostname"),
    (safety.check_request_url, "gateway/app.py", "x = self.request.base_url"),
    (safety.check_request_url, "gateway/live.py", "x = websocket.url"),
    (safety.check_explicit_columns, REPOSITORY, "x = text('SELECT * FROM prompts')"),
    (safety.check_explicit_columns, REPOSITORY, "x = 'select p.* from prompts p'"),
    (safety.check_explicit_columns, REPOSITORY, "x = 'DELETE FROM a RETURNING *'"),
    (safety.check_sql_from_text, REPOSITORY, "x = f\"SELECT id FROM p WHERE name = '{name}'\""),
    (safety.check_sql_from_text, REPOSITORY, "x = text('SELECT id FROM ' + table)"),
    (safety.check_sql_from_text, REPOSITORY, "x = 'UPDATE p SET a = %s' % value"),
    (safety.check_sql_from_text, REPOSITORY, "x = text('a {}'.format(name))"),
]


@pytest.mark.parametrize(("check", "path", "text"), VIOLATIONS)
def test_a_violation_is_found(check: ModuleCheck, path: str, text: str) -> None:
    assert list(check(sample(path, text)))


FINE = [
    (CODE, "import re\nx = re.compile('a')"),
    (CODE, "x = yaml.safe_load(text)"),
    ("gateway/auth.py", "x = request.headers['host']"),
    ("gateway/clients.py", "x = settings.url"),
    (REPOSITORY, "x = text('SELECT id, name FROM prompts WHERE name = :name')"),
    (REPOSITORY, "x = f'prompt {name} is selected'"),
    ("cli/up.py", "import subprocess\nsubprocess.run(['ls'])"),
]


@pytest.mark.parametrize(("path", "text"), FINE)
def test_harmless_code_is_left_alone(path: str, text: str) -> None:
    assert not report(check_modules([sample(path, text)], *CHECKS))


def test_a_call_without_a_deadline_is_found() -> None:
    check = partial(safety.check_deadlines, rpcs={"GetPrompt"})
    path = "gateway/routes/prompts.py"
    assert len(list(check(sample(path, "await clients.prompts_stub.GetPrompt(request)")))) == 1
    assert not list(check(sample(path, "await stub.GetPrompt(request, timeout=2.0)")))
