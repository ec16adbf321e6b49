"""A test states a guarantee: it can fail, its name says it, and it patches nothing of ours."""

import pytest

from tests.support.house import testing
from tests.support.house.findings import ModuleCheck, Tree, check_modules, report, sample

CHECKS = (
    testing.check_tests_can_fail,
    testing.check_test_names,
    testing.check_no_mocks,
    testing.check_sleeps,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_every_test_keeps_its_word(check: ModuleCheck) -> None:
    assert not report(check_modules(Tree.of_repository().modules("tests", "services"), check))


VIOLATIONS = [
    (testing.check_tests_can_fail, "def test_a_prompt_is_made():\n    make()"),
    (testing.check_tests_can_fail, "def test_a_prompt_is_made():\n    a()\ndef a():\n    b()"),
    (testing.check_test_names, "def test_create():\n    assert make()"),
    (testing.check_no_mocks, "from unittest.mock import AsyncMock"),
    (
        testing.check_no_mocks,
        "from services.prompts import rules\nmonkeypatch.setattr(rules, 'render', None)",
    ),
    (testing.check_no_mocks, "monkeypatch.setattr('services.kit.bus.Bus.hint', None)"),
    (testing.check_sleeps, "import time\nasync def f():\n    time.sleep(1)"),
]


@pytest.mark.parametrize(("check", "text"), VIOLATIONS)
def test_a_violation_is_found(check: ModuleCheck, text: str) -> None:
    assert len(list(check(sample("tests/unit/test_sample.py", text)))) == 1


FINE = [
    "def test_a_prompt_is_made():\n    a()\ndef a():\n    b()\ndef b():\n    assert 1",
    "def test_a_prompt_is_made():\n    assert make()",
    "def test_a_prompt_is_refused():\n    with pytest.raises(NotFound):\n        make()",
    "def test_a_page_shows_it(page):\n    expect(page).to_have_title('a')",
    "monkeypatch.setattr(socket.socket, 'connect', refuse)",
    "from services.kit import bus\nmonkeypatch.setattr(bus, 'CACHED_S', 0.05)",
    "monkeypatch.setenv('PP_HOME', 'x')",
]


@pytest.mark.parametrize("text", FINE)
def test_a_test_that_states_a_guarantee_is_left_alone(text: str) -> None:
    assert not report(check_modules([sample("tests/unit/test_sample.py", text)], *CHECKS))
