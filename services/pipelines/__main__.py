"""The pipelines process."""

from services.kit.runtime import run
from services.pipelines.app import build
from services.pipelines.settings import PipelinesSettings

if __name__ == "__main__":
    run(build(PipelinesSettings()))
