"""nats-server from its wheel.

JetStream on, every acknowledged message synced to disk, loopback only.
"""

import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from cli.local.children import end, spawn, tail
from cli.local.home import write_private

_START_S: Final = 30
_FIRST_PORT: Final = 15_000
_LAST_PORT: Final = 32_000

_CONFIG: Final = """\
host: 127.0.0.1
port: {port}
server_name: promptpilot
max_payload: 1MB
write_deadline: "5s"
authorization {{ token: "{token}" }}
jetstream {{
  store_dir: "{store}"
  sync_interval: always
  max_memory_store: 64MB
  max_file_store: 8GB
}}
"""


class EmbeddedNats:
    """One server over one store folder, on a fixed port."""

    def __init__(self, folder: Path, port: int, token: str) -> None:
        self._folder = folder
        self._store = folder / "store"
        self._log = folder / "nats.log"
        self.port = port
        self._token = token
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the server."""
        return f"nats://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id of the server; 0 when it is not running."""
        return self._child.pid if self._child is not None and self._child.poll() is None else 0

    def start(self) -> None:
        """Start the server; returns when it accepts connections."""
        self._store.mkdir(parents=True, exist_ok=True)
        config = self._folder / "nats.conf"
        write_private(config, _CONFIG.format(port=self.port, token=self._token, store=self._store))
        program = Path(sys.executable).parent / "nats-server"
        self._child = spawn([str(program), "-c", str(config)], log=self._log)
        deadline = time.monotonic() + _START_S
        while not self._accepts():
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"nats-server did not start:\n{tail(self._log)}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server."""
        if self._child is not None:
            end(self._child, signal.SIGTERM, 15)
            self._child = None

    def kill(self) -> None:
        """Kill the server without a word: for fault tests."""
        if self._child is not None:
            self._child.kill()
            self._child.wait(10)

    def wipe(self) -> None:
        """Throw the store away; only while the server is down."""
        shutil.rmtree(self._store, ignore_errors=True)

    def _accepts(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 0.2).close()
        except OSError:
            return False
        return True


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that nobody uses at this moment.

    Below the range from which the system takes the ports of outgoing connections: such a
    connection could sit on it before its server starts, or starts again.
    """
    for _ in range(1000):
        port = random.randrange(_FIRST_PORT, _LAST_PORT)  # noqa: S311 # no secret
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError(f"no free port between {_FIRST_PORT} and {_LAST_PORT} on 127.0.0.1")
