"""Runs the prompts service: `python -m services.prompts`, configured by PP_PROMPTS_<FIELD>."""

from services.kit.runtime import run
from services.prompts.app import build
from services.prompts.settings import PromptsSettings

if __name__ == "__main__":
    run(build(PromptsSettings()))
