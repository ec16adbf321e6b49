"""The child process of `expression_sandbox`: works inside limits that the kernel enforces.

Run by path and isolated (`python -I expression_child.py MEMORY_BYTES DEADLINE_S`), it reads frames
from standard input and writes frames to standard output: four bytes of length, big-endian, then
JSON. Requests: ["cel", source, scope], ["schema", schema, value, most faults]. Answer: ["ok",
value] or ["error", text]. A frame that breaks a limit ends the process: memory by RLIMIT_AS, time
by SIGALRM, whose default action needs no cooperation of whoever is at work.
"""

import json
import resource
import signal
import struct
import sys
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import islice
from types import ModuleType
from typing import Any, BinaryIO

# The package imports its own command line and with it a terminal toolkit: ten times what it takes
# to load the library, at the start of each child and of each service. Nobody here uses it.
sys.modules.setdefault("cel.cli", ModuleType("cel.cli"))
import cel  # noqa: E402

__all__ = ["cel", "faults_of", "plain", "validator_of"]


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


def validator_of(schema: Any) -> Any:
    """Compile a JSON Schema: nothing outside it is read, patterns are matched in linear time.

    Errors name no values: they may be anybody's data. Raises ValueError.
    """
    import jsonschema_rs  # noqa: PLC0415 - not every part that evaluates expressions has it

    def refuse(uri: str) -> Any:
        raise ValueError(f"{uri}: schemas refer to nothing outside themselves")

    try:
        return jsonschema_rs.validator_for(
            schema,
            retriever=refuse,
            mask="the value",
            pattern_options=jsonschema_rs.RegexOptions(),
        )
    except jsonschema_rs.ReferencingError as error:
        raise ValueError(str(error)) from error


def faults_of(validator: Any, value: Any, most: int) -> list[Any]:
    """Return [path, message] of the first faults, the path being names and indexes."""
    found = islice(validator.iter_errors(value), most)
    return [[list(error.instance_path), error.message] for error in found]


def _work(request: list[Any]) -> Any:
    match request:
        case ["cel", source, scope]:
            return _compiled(source).execute(scope)
        case ["schema", schema, value, most]:
            return faults_of(validator_of(schema), value, most)
    raise ValueError("not a request")


def _answer(frame: bytes) -> bytes:
    request = json.loads(frame)
    try:
        value = _work(request)
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
