"""What commands need from outside; implemented in `adapters`, chosen in `app`."""

from collections.abc import Mapping
from typing import Any, Protocol

from services.execution.rules.answers import RenderedPrompt, ResolvedPipeline
from services.execution.rules.model_calls import ModelProvider
from services.execution.rules.modes import Mode
from services.execution.rules.plan import PinnedPrompt
from services.kit.ids import TenantId


class Models(Protocol):
    """Finds who answers a model."""

    async def find(self, tenant: TenantId, mode: Mode, model: str) -> ModelProvider:
        """Return the simulator in test mode, the tenant's provider in live mode.

        Raises ModelNotFound.
        """
        ...


class Pipelines(Protocol):
    """The pipelines service."""

    async def resolve(
        self, tenant: str, pipeline: str, *, label: str, version: int
    ) -> ResolvedPipeline:
        """Find the version; raises its PIPELINE_NOT_FOUND, LABEL_NOT_FOUND, PIPELINE_ARCHIVED …."""
        ...


class Prompts(Protocol):
    """The prompts service."""

    async def pin(
        self, tenant: str, references: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, PinnedPrompt]:
        """Find the versions that references stand for, by step id; raise PromptMissing."""
        ...

    async def render(
        self, tenant: str, prompt: PinnedPrompt, variables: Mapping[str, Any]
    ) -> RenderedPrompt:
        """Fill a version; raise InvalidArgument VARIABLES_INVALID."""
        ...


class Announcements(Protocol):
    """Wakes workers, here and elsewhere. What is not heard is found by their polls."""

    async def queued(self) -> None:
        """Say that a run waits."""
        ...

    async def cancel_requested(self) -> None:
        """Say that a run is to stop."""
        ...


class Live(Protocol):
    """Tells whoever watches a run. Everything said here may be lost."""

    async def events(self, tenant: str, run_id: str) -> None:
        """Say that there are new events."""
        ...

    async def delta(
        self, tenant: str, run_id: str, *, step_id: str, attempt: int, text: str
    ) -> None:
        """Pass on a piece of a model's answer."""
        ...
