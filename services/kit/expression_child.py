"""The child process of `expression_sandbox`: evaluates CEL inside limits that the kernel enforces.

Run by path and isolated (`python -I expression_child.py MEMORY_BYTES DEADLINE_S`), it reads frames
from standard input and writes frames to standard output: four bytes of length, big-endian, then
JSON. Request: [source, scope]. Answer: ["ok", value] or ["error", text]. A frame that breaks a
limit ends the process: memory by RLIMIT_AS, time by SIGALRM, whose default action needs no
cooperation of the evaluator.
"""

import json
import resource
import signal
import struct
import sys
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, BinaryIO

import cel


@lru_cache(maxsize=512)
def _compiled(source: str) -> Any:
    return cel.compile(source)


def plain(value: Any) -> Any:
    """Turn what has no JSON form into tagged text that the parent refuses or renders."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, cel.OptionalValue):
        return value.value() if value.has_value() else None
    raise TypeError(f"the result holds {type(value).__name__}, which JSON cannot carry")


def _answer(frame: bytes) -> bytes:
    source, scope = json.loads(frame)
    try:
        value = _compiled(source).execute(scope)
        return json.dumps(["ok", value], default=plain, allow_nan=False).encode()
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # noqa: BLE001 - a Rust panic is a BaseException too
        return json.dumps(["error", f"{type(error).__name__}: {error}"[:2000]]).encode()


def serve(source: BinaryIO, sink: BinaryIO, deadline_s: float) -> None:
    """Answer frames until the parent closes the pipe."""
    while len(head := source.read(4)) == 4:
        frame = source.read(struct.unpack(">I", head)[0])
        signal.setitimer(signal.ITIMER_REAL, deadline_s)
        answer = _answer(frame)
        signal.setitimer(signal.ITIMER_REAL, 0)
        sink.write(struct.pack(">I", len(answer)) + answer)
        sink.flush()


if __name__ == "__main__":
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[2]))
