"""Where a local stack lives: its folders, its secrets, and what its supervisor last said of itself.

`PP_HOME` moves all of it; the default is `var/` beside the code.
"""

import base64
import fcntl
import json
import os
import secrets
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from cli.local.databases import SERVICES
from services.kit.rpc.context import generate_key_pair

REPOSITORY: Final = Path(__file__).resolve().parents[2]
# Every part that calls or is called, and so has a key of its own.
PARTS: Final = (*SERVICES, "gateway", "cli")


@dataclass(frozen=True)
class Secrets:
    """Everything secret of one stack: made at its first start, kept in a file of mode 600."""

    postgres_password: str
    role_passwords: dict[str, str]
    nats_token: str
    # Master key of envelope encryption: what it sealed cannot be opened without it.
    kek: str
    # Signs what the gateway hands to browsers.
    gateway_secret: str
    context_private_keys: dict[str, str]
    context_public_keys: dict[str, str]

    @classmethod
    def generate(cls) -> Self:
        """Make fresh ones."""
        pairs = {part: generate_key_pair() for part in PARTS}
        return cls(
            postgres_password=secrets.token_hex(24),
            role_passwords={service: secrets.token_hex(24) for service in SERVICES},
            nats_token=secrets.token_hex(24),
            kek=base64.b64encode(secrets.token_bytes(32)).decode(),
            gateway_secret=base64.b64encode(secrets.token_bytes(32)).decode(),
            context_private_keys={part: pair[0] for part, pair in pairs.items()},
            context_public_keys={part: pair[1] for part, pair in pairs.items()},
        )

    def completed(self) -> Self:
        """Return these with fresh ones for parts that did not exist when they were made."""
        fresh = self.generate()
        new = {part for part in PARTS if part not in self.context_private_keys}
        private = {part: fresh.context_private_keys[part] for part in new}
        public = {part: fresh.context_public_keys[part] for part in new}
        return replace(
            self,
            role_passwords=fresh.role_passwords | self.role_passwords,
            context_private_keys=self.context_private_keys | private,
            context_public_keys=self.context_public_keys | public,
        )


@dataclass
class State:
    """What the supervisor says of itself: read by `up`, `status`, `doctor` and `down`."""

    supervisor_pid: int = 0
    # What it is doing, in words for people; "running" once everything is started.
    phase: str = ""
    error: str = ""
    http_port: int = 0
    ports: dict[str, int] = field(default_factory=dict)
    pids: dict[str, int] = field(default_factory=dict)
    restarts: dict[str, int] = field(default_factory=dict)


class Home:
    """The folders of one stack."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.postgres = self.root / "postgres"
        self.nats = self.root / "nats"
        self.logs = self.root / "logs"
        self.dev_env = self.root / "dev.env"
        self._state = self.root / "state.json"
        self._secrets = self.root / "secrets.json"
        self._lock_file = self.root / "supervisor.lock"

    @classmethod
    def from_environment(cls) -> Self:
        """Return the stack that PP_HOME names, or the one in `var/`."""
        return cls(Path(os.environ.get("PP_HOME") or REPOSITORY / "var"))

    def secrets(self) -> Secrets:
        """Read the secrets, making them at the first time, and those of new parts later on.

        Raises RuntimeError when the file is damaged: it is never replaced, for what its master key
        sealed would be lost.
        """
        if not self._secrets.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            self._write_secrets(Secrets.generate())
        try:
            known = Secrets(**json.loads(self._secrets.read_text()))
        except (ValueError, TypeError) as error:
            raise RuntimeError(f"{self._secrets} is damaged: bring back a copy of it") from error
        whole = known.completed()
        if whole != known:
            self._write_secrets(whole)
        return whole

    def _write_secrets(self, content: Secrets) -> None:
        write_private(self._secrets, json.dumps(asdict(content), indent=2))

    def state(self) -> State:
        """Read what the supervisor said last; an empty state when there is none."""
        with suppress(OSError, ValueError, TypeError):
            return State(**json.loads(self._state.read_text()))
        return State()

    def write_state(self, state: State) -> None:
        """Replace the state in one step, so that a reader never sees half of it."""
        fresh = self._state.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(state), indent=2))
        fresh.replace(self._state)

    def running(self) -> State | None:
        """Return the state of a supervisor that is alive, None when none is."""
        state = self.state()
        return state if state.supervisor_pid and self._is_held() else None

    def hold(self, patience_s: float = 2) -> bool:
        """Make this process the home's only supervisor, until it ends, however it ends.

        False when another one is.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        # Never closed: the lock goes with the process. Children do not inherit it.
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + patience_s
        while not _locked(descriptor, fcntl.LOCK_EX):
            # Somebody who only looks has it for a moment.
            if time.monotonic() > deadline:
                os.close(descriptor)
                return False
            time.sleep(0.02)
        return True

    def _is_held(self) -> bool:
        try:
            with self._lock_file.open() as file:
                return not _locked(file.fileno(), fcntl.LOCK_SH)
        except FileNotFoundError:
            return False

    def read_dev_env(self) -> dict[str, str]:
        """Read `dev.env`; empty before the first start."""
        if not self.dev_env.exists():
            return {}
        lines = (line.partition("=") for line in self.dev_env.read_text().splitlines())
        return {key: value.strip("'") for key, equals, value in lines if equals}

    def write_dev_env(self, values: dict[str, str]) -> None:
        """Write `dev.env` (mode 600): what a script needs to reach this stack with `source`."""
        lines = "".join(f"{key}='{value}'\n" for key, value in values.items())
        write_private(self.dev_env, lines)


def write_private(path: Path, content: str) -> None:
    """Write a file that only its owner may read, in one step."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    fresh.replace(path)


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def as_json(value: Any) -> str:
    """Write a value for an environment variable that holds JSON."""
    return json.dumps(value, separators=(",", ":"))
