"""Work that could be expensive, in a child process with a memory limit and a deadline.

That is evaluating CEL, and checking data against a schema that somebody else wrote. A child is
started when it is first needed, and again after it broke a limit. Calls take turns: a child is busy
for at most the deadline. A call costs some 0.2 ms more than the same in process.
"""

import atexit
import contextlib
import json
import queue
import select
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

_CHILD: Final = Path(__file__).with_name("expression_child.py")
# The child's whole address space; its own interpreter takes about 60 MB of it.
MEMORY_BYTES: Final = 512 * 1024 * 1024
DEADLINE_S: Final = 2.0
# How much longer the parent waits before it kills a child whose own alarm did not fire.
_GRACE_S: Final = 1.0
_START_S: Final = 10.0


class SandboxError(Exception):
    """The evaluation failed or broke a limit; the text is for people."""


class Sandbox:
    """A child process that evaluates CEL; safe to use from several threads."""

    def __init__(self, *, memory_bytes: int = MEMORY_BYTES, deadline_s: float = DEADLINE_S) -> None:
        self._memory_bytes = memory_bytes
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None

    def evaluate(self, source: str, scope: Any, *, limit_bytes: int) -> Any:
        """Return the JSON value; raise SandboxError when it fails or breaks a limit."""
        return self._ask(["cel", source, scope], limit_bytes)

    def check(self, schema: Any, value: Any, *, most: int) -> list[Any]:
        """Return [path, message] of the first faults of a value; raise SandboxError."""
        faults: list[Any] = self._ask(["schema", schema, value, most], 1024 * 1024)
        return faults

    def _ask(self, request: list[Any], limit_bytes: int) -> Any:
        frame = json.dumps(request).encode()
        with self._lock:
            answer = self._exchange(frame, limit_bytes)
        status, value = json.loads(answer)
        if status != "ok":
            raise SandboxError(str(value))
        return value

    def close(self) -> None:
        """End the child."""
        with self._lock:
            self._end()

    def _exchange(self, frame: bytes, limit_bytes: int) -> bytes:
        fresh = self._child is None or self._child.poll() is not None
        child = self._start() if fresh else self._child
        assert child is not None and child.stdin is not None and child.stdout is not None  # noqa: S101, PT018 - pipes, by how it is started
        until = time.monotonic() + self._deadline_s + _GRACE_S + (_START_S if fresh else 0)
        try:
            child.stdin.write(struct.pack(">I", len(frame)) + frame)
            child.stdin.flush()
            size = struct.unpack(">I", self._read(child, 4, until))[0]
            if size > limit_bytes:
                raise SandboxError(f"the result is larger than {limit_bytes:,} bytes")
            return self._read(child, size, until)
        except (OSError, EOFError, TimeoutError):
            raise SandboxError(
                f"took longer than {self._deadline_s:g} s or more than "
                f"{self._memory_bytes // (1024 * 1024)} MB of memory"
            ) from None
        finally:
            if sys.exc_info()[0] is not None:  # the pipe may hold half a frame: start afresh
                self._end()

    @staticmethod
    def _read(child: subprocess.Popen[bytes], size: int, until: float) -> bytes:
        assert child.stdout is not None  # noqa: S101 - a pipe, by how it is started
        parts: list[bytes] = []
        while size:
            ready, _, _ = select.select([child.stdout], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise TimeoutError
            part = child.stdout.read1(size)  # type: ignore[attr-defined] # a BufferedReader has it
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _start(self) -> subprocess.Popen[bytes]:
        self._end()
        self._child = subprocess.Popen(  # noqa: S603 - our own file, no shell
            [sys.executable, "-I", str(_CHILD), str(self._memory_bytes), str(self._deadline_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
        return self._child

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        child.wait()


class Sandboxes:
    """A few children, each for one call at a time."""

    def __init__(self, size: int = 2) -> None:
        self._all = [Sandbox() for _ in range(size)]
        self._free: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        for sandbox in self._all:
            self._free.put(sandbox)

    @contextlib.contextmanager
    def one(self) -> Iterator[Sandbox]:
        """Wait for a free child, and hold it for the block."""
        sandbox = self._free.get()
        try:
            yield sandbox
        finally:
            self._free.put(sandbox)

    def close(self) -> None:
        """End the children."""
        for sandbox in self._all:
            sandbox.close()


_shared = Sandboxes()
atexit.register(_shared.close)


def shared() -> contextlib.AbstractContextManager[Sandbox]:
    """Give a sandbox of this process for the block; its child starts when it is first needed."""
    return _shared.one()
