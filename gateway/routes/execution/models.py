"""Request and answer models of execution."""

from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from gateway.routes.prompts.models import PromptDraft
from gateway.schema import (
    INT32,
    INT64,
    Answer,
    Body,
    Digits,
    Document,
    Label,
    Page,
    PageParams,
    Query,
    Time,
)

Mode = Literal["test", "live"]
RunState = Literal["queued", "running", "owner_lost", "succeeded", "failed", "cancelled"]
StepState = Literal["pending", "running", "succeeded", "failed", "skipped", "cancelled"]
BodyVersion = Annotated[int, Field(ge=0, le=INT32)]
BodyMode = Annotated[
    Mode | None,
    Field(
        description="test: the simulator answers every model, at no price; live: the tenant's "
        "providers. Left out: the key's own world; test for browser sessions. A key may only "
        "name its own.",
        examples=["test"],
    ),
]


class StartRun(Body):
    """Which pipeline to run, and on what input."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "pipeline": "summarise-translate",
                    "input": {"text": "Long text …"},
                    "mode": "test",
                }
            ]
        }
    )

    pipeline: Annotated[str, Field(min_length=1, max_length=128, description="`pip_…` or name.")]
    label: Label | None = Field(default=None, description="Used when `version` is not given.")
    version: BodyVersion = Field(
        default=0, description="0: by label; the published version when there is none."
    )
    input: Document = Field(
        default_factory=dict,
        description="Checked against the definition's input schema. At most 1 MB.",
    )
    mode: BodyMode = None


class ListRuns(PageParams):
    """Which runs to list."""

    pipeline_id: str = Field(default="", max_length=128, description="Only runs of this pipeline.")
    state: RunState | None = Field(default=None, description="Only runs in this state.")


class RunEventsParams(Query):
    """From where on to read a run's events."""

    after: Annotated[int, Digits] = Field(
        default=0,
        ge=0,
        le=INT64,
        description="Number of the last event that the caller holds; `Last-Event-ID` wins.",
    )
    page_size: Annotated[int, Digits] = Field(
        default=200, ge=1, le=500, description="For `Accept: application/json`."
    )
    page_token: Annotated[int, Digits] = Field(
        default=0,
        ge=0,
        le=INT64,
        description="`next_page_token` of the page before: the same as `after`.",
    )


class PromptReference(Body):
    """Names a version of a prompt."""

    prompt: Annotated[
        str,
        Field(
            min_length=1,
            max_length=128,
            description="`prm_…` or name.",
            examples=["text-summarization"],
        ),
    ]
    label: Label | None = Field(
        default=None, description="Used when `version` is not given; `production` by default."
    )
    version: BodyVersion = 0


class ModelCallBody(Body):
    """A prompt version or a draft, its variables, and the model to call."""

    reference: PromptReference | None = Field(
        default=None, description="A saved version; or `draft`."
    )
    draft: PromptDraft | None = Field(
        default=None, description="A version that is not saved; or `reference`."
    )
    variables: Document = Field(
        default_factory=dict, description="Variable -> value, at most 1 MB."
    )
    model: Annotated[str, Field(max_length=200)] = Field(
        default="", description="Empty: the prompt's own model."
    )
    parameters: Document = Field(
        default_factory=dict,
        description="Laid over the prompt's own parameters: `temperature`, `tools`, …",
    )

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.reference is None) == (self.draft is None):
            raise ValueError("give either reference or draft")
        return self


class CreateModelCall(ModelCallBody):
    """A prompt version or a draft, its variables, and the model to call."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reference": {"prompt": "text-summarization"},
                    "variables": {"text": "Long text …"},
                    "model": "sim-text",
                }
            ]
        }
    )

    mode: BodyMode = None


class StreamPlayground(Body):
    """Calls to make side by side: versions, drafts and models in any mixture."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "calls": [
                        {
                            "reference": {"prompt": "text-summarization"},
                            "variables": {"text": "Long text …"},
                            "model": model,
                        }
                        for model in ("sim-text", "sim-echo")
                    ],
                    "mode": "test",
                }
            ]
        }
    )

    calls: Annotated[
        list[ModelCallBody],
        Field(
            min_length=1, max_length=4, description="At most 4; `index` in events counts from 0."
        ),
    ]
    mode: BodyMode = None


class TokenUsage(Answer):
    """Tokens of model calls."""

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int = Field(description="Part of input_tokens.")
    reasoning_tokens: int = Field(description="Part of output_tokens.")


class RunError(Answer):
    """Why a step or run failed."""

    reason: str = Field(examples=["PROVIDER_RATE_LIMITED"])
    message: str
    step_id: str = Field(description="Step at fault; empty for the run itself.")


class Step(Answer):
    """One step of a run."""

    step_id: str
    type: str = Field(description="prompt, transform, condition or http.")
    state: StepState
    attempt: int = Field(description="Last attempt, from 1; 0 before the first.")
    input: Any = Field(description="Resolved input; null before it starts.")
    output: Any = Field(description="Set when succeeded.")
    error: RunError | None
    usage: TokenUsage | None
    model: str = Field(description="Model that answered.")
    needs: list[str] = Field(description="Ids of the steps that it waits for.")
    start_time: Time | None
    end_time: Time | None


class Run(Answer):
    """A run of a pipeline version. The states succeeded, failed and cancelled never change."""

    id: str = Field(examples=["run_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    pipeline_id: str
    pipeline_name: str
    pipeline_version: int
    mode: Mode
    state: RunState
    input: Any
    output: Any = Field(description="Set when succeeded.")
    error: RunError | None
    usage: TokenUsage | None = Field(description="Sum over its steps.")
    steps: list[Step] = Field(description="In the order of the definition; empty in lists.")
    create_time: Time
    start_time: Time | None
    end_time: Time | None
    is_cancel_requested: bool
    worker_id: str = Field(description="Worker that holds, or last held, the lease.")
    epoch: int = Field(description="Rises with each claim: more than 1 after a take-over.")
    lease_until: Time | None
    trace_id: str = Field(description="The trace that started it, 32 hex digits.")
    creator_id: str


class RunPage(Page):
    """Runs without steps, newest first."""

    items: list[Run]


class RunEvent(Answer):
    """One numbered event of a run."""

    sequence: int = Field(description="1, 2, 3 … without gaps.")
    type: str = Field(
        description="run.queued, run.started, step.started, step.succeeded, run.succeeded …"
    )
    step_id: str = Field(description="Empty for events of the run.")
    attempt: int
    data: Any = Field(description="By type: output, error, usage, model, retry_at, worker, epoch.")
    create_time: Time


class RunEventPage(Page):
    """Events of a run, oldest first."""

    items: list[RunEvent]
