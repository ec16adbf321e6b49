"""The execution process."""

from services.execution.app import build
from services.execution.settings import ExecutionSettings
from services.kit.runtime import run

if __name__ == "__main__":
    run(build(ExecutionSettings()))
