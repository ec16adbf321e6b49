"""`promptpilot down`: stop the local stack; its data stays."""

import os
import signal
import time
from typing import Final

from cli.local.home import Home
from cli.screen import fail, out

_PATIENCE_S: Final = 90


def down() -> None:
    """Stop the local stack; the data stays in PP_HOME."""
    home = Home.from_environment()
    state = home.running()
    if state is None:
        out.print("nothing is running")
        return
    with out.status("stopping: requests in flight are finished first"):
        os.kill(state.supervisor_pid, signal.SIGTERM)
        deadline = time.monotonic() + _PATIENCE_S
        while home.running() is not None:
            if time.monotonic() > deadline:
                fail(
                    f"process {state.supervisor_pid} does not stop",
                    f"see {home.logs}/supervisor.log",
                )
            time.sleep(0.1)
    out.print(f"✓ stopped; the data stays in {home.root}")
