"""Transactions, events, errors, settings and the clock: each at its one place."""

import pytest

from tests.support.house import edges
from tests.support.house.findings import ModuleCheck, Tree, check_modules, report, sample

CHECKS = (
    edges.check_transactions,
    edges.check_events,
    edges.check_sql_home,
    edges.check_errors,
    edges.check_reasons,
    edges.check_settings,
    edges.check_rules_are_pure,
    edges.check_kit_imports,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_services_gateway_and_cli_keep_to_the_edges(check: ModuleCheck) -> None:
    modules = Tree.of_repository().modules("services", "gateway", "cli")
    assert not report(check_modules(modules, check))


VIOLATIONS = [
    (edges.check_transactions, "services/prompts/commands.py", "await tx.session.commit()"),
    (edges.check_transactions, "services/prompts/commands.py", "await session.rollback()"),
    (edges.check_transactions, "gateway/app.py", "engine = create_async_engine(url)"),
    (edges.check_transactions, "services/billing/jobs.py", "s = AsyncSession(engine)"),
    (edges.check_events, "services/prompts/commands.py", "await bus.publish(subject, data)"),
    (edges.check_events, "services/prompts/jobs.py", "await self.jetstream.publish(subject)"),
    (edges.check_sql_home, "services/prompts/commands.py", "from sqlalchemy import select"),
    (edges.check_sql_home, "services/execution/jobs.py", "import asyncpg"),
    (edges.check_errors, "services/prompts/servicer.py", "await context.abort(code, 'x')"),
    (edges.check_errors, "services/prompts/servicer.py", "context.set_code(code)"),
    (edges.check_errors, "gateway/routes/prompts.py", "raise HTTPException(404)"),
    (edges.check_errors, "gateway/auth.py", "r = JSONResponse({}, status_code=401)"),
    (edges.check_errors, "gateway/app.py", "r = Response(status_code=503)"),
    (
        edges.check_reasons,
        "services/prompts/commands.py",
        "from services.kit.errors import NotFound\nraise NotFound('no')",
    ),
    (edges.check_reasons, "services/prompts/rules.py", "raise Exception('no')"),
    (edges.check_settings, "services/prompts/app.py", "import os\nurl = os.environ['URL']"),
    (edges.check_settings, "gateway/settings.py", "import os\nurl = os.getenv('URL')"),
    (edges.check_settings, "services/prompts/app.py", "settings = PromptsSettings()"),
    (edges.check_rules_are_pure, "services/prompts/rules.py", "import random"),
    (edges.check_rules_are_pure, "services/prompts/rules.py", "from uuid import uuid4"),
    (edges.check_rules_are_pure, "services/prompts/rules/labels.py", "import time"),
    (edges.check_rules_are_pure, "services/prompts/rules.py", "x = datetime.now(UTC)"),
    (edges.check_rules_are_pure, "services/prompts/rules.py", "x = new_id('prm')"),
    (edges.check_rules_are_pure, "services/prompts/rules.py", "x = open('f')"),
    (edges.check_rules_are_pure, "services/prompts/rules.py", "async def f(): pass"),
    (edges.check_kit_imports, "services/kit/work.py", "from services.prompts import rules"),
    (
        edges.check_kit_imports,
        "services/kit/bus.py",
        "from promptpilot.prompts.v1 import events_pb2",
    ),
    (edges.check_kit_imports, "services/kit/bus.py", "from gateway.app import build"),
]


@pytest.mark.parametrize(("check", "path", "text"), VIOLATIONS)
def test_a_violation_is_found(check: ModuleCheck, path: str, text: str) -> None:
    assert len(list(check(sample(path, text)))) == 1


FINE = [
    ("services/kit/work.py", "await session.commit()"),
    ("services/kit/outbox.py", "await jetstream.publish(subject, data)"),
    ("services/kit/rpc/interceptors.py", "await context.abort_with_status(status)"),
    ("services/kit/rpc/server.py", "from promptpilot.options.v1 import options_pb2"),
    ("services/prompts/commands.py", "published = rules.publish(prompt, version)"),
    ("services/prompts/repository.py", "from sqlalchemy import select"),
    ("services/prompts/repository/prompts.py", "from sqlalchemy import select"),
    ("services/prompts/commands.py", "raise PromptNotFound('no such prompt', prompt_id=id)"),
    (
        "services/prompts/rules.py",
        "from services.kit.errors import InvalidArgument\nraise InvalidArgument('x')",
    ),
    ("services/prompts/__main__.py", "import os\nx = os.environ\nrun(build(PromptsSettings()))"),
    ("services/prompts/rules.py", "x = files(__package__).joinpath('a.json').read_text()"),
    ("services/prompts/rules.py", "from datetime import datetime\ndef f(now: datetime): pass"),
    ("gateway/problems.py", "r = JSONResponse({}, status_code=404)"),
    ("gateway/routes/prompts.py", "r = JSONResponse({}, status_code=201)"),
]


@pytest.mark.parametrize(("path", "text"), FINE)
def test_the_right_place_is_left_alone(path: str, text: str) -> None:
    assert not report(check_modules([sample(path, text)], *CHECKS))
