"""A stack's home: secrets that stay secret and stay the same, and one supervisor at a time."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from cli.local.home import REPOSITORY, Home, State


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "a home with spaces")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_secrets_are_made_once_and_readable_by_their_owner_only(home: Home) -> None:
    first = home.secrets()
    assert home.secrets() == first
    assert mode(home.root / "secrets.json") == 0o600
    assert len({*first.role_passwords.values(), first.postgres_password, first.nats_token}) == 7


def test_a_part_that_is_new_gets_its_secrets_and_the_others_keep_theirs(home: Home) -> None:
    first = home.secrets()
    path = home.root / "secrets.json"
    known = json.loads(path.read_text())
    del known["role_passwords"]["billing"]
    del known["context_private_keys"]["billing"]
    del known["context_public_keys"]["billing"]
    path.write_text(json.dumps(known))
    second = home.secrets()
    assert second == home.secrets()
    assert second.kek == first.kek
    assert second.role_passwords["billing"] != first.role_passwords["billing"]
    assert second.role_passwords["prompts"] == first.role_passwords["prompts"]
    assert second.context_private_keys.keys() == second.context_public_keys.keys()
    assert mode(path) == 0o600


@pytest.mark.parametrize("content", ["", "{", "[]", '{"kek": "x"}'])
def test_damaged_secrets_are_told_and_never_replaced(home: Home, content: str) -> None:
    home.secrets()
    path = home.root / "secrets.json"
    path.write_text(content)
    with pytest.raises(RuntimeError, match="damaged"):
        home.secrets()
    assert path.read_text() == content


def test_dev_env_is_private_and_can_be_sourced(home: Home) -> None:
    values = {"PP_URL": "http://127.0.0.1:8080", "PP_TEST_KEY": "pp_test_$x y"}
    home.root.mkdir()
    home.write_dev_env(values)
    assert mode(home.dev_env) == 0o600
    assert home.read_dev_env() == values
    script = f'source "{home.dev_env}" && printf %s "$PP_TEST_KEY"'
    shell = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert shell.stdout == values["PP_TEST_KEY"]


def test_a_state_is_read_as_it_was_written_and_a_broken_one_is_none(home: Home) -> None:
    home.root.mkdir()
    assert home.state() == State()
    home.write_state(State(supervisor_pid=7, phase="running", ports={"nats": 1}))
    assert home.state().ports == {"nats": 1}
    (home.root / "state.json").write_text('{"supervisor_pid":')
    assert home.state() == State()


def test_only_one_process_holds_a_home_and_only_while_it_lives(home: Home) -> None:
    holder = (
        "import sys; from pathlib import Path; from cli.local.home import Home, State\n"
        f"home = Home(Path({str(home.root)!r})); held = home.hold(0.2)\n"
        "if held: home.write_state(State(supervisor_pid=1))\n"
        "print(held, flush=True); sys.stdin.read()"
    )

    def start() -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-c", holder],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    assert home.running() is None
    with start() as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "True\n"
        assert home.running() == State(supervisor_pid=1)
        assert not home.hold(0.1)
        first.kill()
    # Its state says that it runs; it does not.
    assert home.state().supervisor_pid == 1
    assert home.running() is None
    assert home.hold(0.1)
