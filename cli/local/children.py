"""Starting and ending child processes.

By their own id, with their log in a file, and never left behind.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

_PR_SET_PDEATHSIG: Final = 1


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    death_signal: int = signal.SIGTERM,
) -> "subprocess.Popen[bytes]":
    """Start a child whose output goes to a file.

    On Linux it gets `death_signal` when this process dies.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    parent = os.getpid()

    def before_exec() -> None:
        os.setpgid(0, 0)
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
            if os.getppid() != parent:  # it died before we asked to be told
                os._exit(1)

    with log.open("ab") as output:
        return subprocess.Popen(  # programs of ours, by full path
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(env) if env is not None else None,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd="/" if user else None,
            # Set after the user is: a change of user clears the death signal.
            preexec_fn=before_exec,  # noqa: PLW1509 # the child execs at once; no thread of ours holds a lock that it needs
        )


def end(child: "subprocess.Popen[bytes]", sign: int, patience_s: float) -> None:
    """Ask a child to stop, and kill it when it does not within the time."""
    if child.poll() is not None:
        return
    with suppress(ProcessLookupError):
        child.send_signal(sign)
    try:
        child.wait(patience_s)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait(10)


def tail(log: Path, lines: int = 15) -> str:
    """Return the last lines of a log, for error messages."""
    if not log.exists():
        return "(no log)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
