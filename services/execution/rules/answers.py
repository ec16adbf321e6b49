"""What other parts answer, in execution's own words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.execution.rules.model_calls import ChatMessage


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """A prompt version filled with variables; `model` and `parameters` are the version's own."""

    messages: tuple[ChatMessage, ...]
    model: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResolvedPipeline:
    """The version that a run is to use."""

    pipeline_id: str
    name: str
    version: int
    definition_json: str


@dataclass(frozen=True, slots=True)
class LiveDelta:
    """A piece of a model's answer, on its way to whoever watches the run."""

    step_id: str
    attempt: int
    text: str
