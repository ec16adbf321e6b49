"""A pipeline definition read into what the machine and the worker need: steps, needs, templates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from services.execution.errors import DefinitionUnusable
from services.kit.errors import AppError
from services.kit.expressions import Expression, Template, compile_expression

DEFAULT_STEP_TIMEOUT_MS: Final = 120_000
DEFAULT_RUN_TIMEOUT_MS: Final = 3_600_000


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a failed attempt is tried again, and how long the pauses are."""

    max_attempts: int = 3
    initial_backoff_ms: int = 500
    multiplier: float = 2.0
    max_backoff_ms: int = 30_000


@dataclass(frozen=True, slots=True)
class PinnedPrompt:
    """The version that a run's step uses, whatever the label says later."""

    prompt_id: str
    version: int


@dataclass(frozen=True, slots=True)
class PromptWork:
    """Render a prompt version with variables and call a model with it."""

    prompt: PinnedPrompt
    variables: Template
    model: Template
    parameters: Template


@dataclass(frozen=True, slots=True)
class TransformWork:
    """Evaluate an expression; its value is the output."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class ConditionWork:
    """Evaluate an expression to true or false, which chooses the steps of one branch."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class HttpWork:
    """Make an HTTP request through the egress client."""

    method: str
    url: Template
    headers: Template
    body: Template | None


Work = PromptWork | TransformWork | ConditionWork | HttpWork


@dataclass(frozen=True, slots=True)
class Need:
    """A step that another waits for; `branch` is set where a condition's then or else lists it."""

    step_id: str
    branch: bool | None = None


@dataclass(frozen=True, slots=True)
class StepPlan:
    """One step of the plan. A pure step calls nothing outside, so that trying it again is free."""

    id: str
    type: str
    index: int
    work: Work
    needs: tuple[Need, ...]
    runs_if_any: bool = False
    timeout_ms: int = DEFAULT_STEP_TIMEOUT_MS
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    @property
    def is_pure(self) -> bool:
        """Whether the step is only an expression."""
        return isinstance(self.work, TransformWork | ConditionWork)


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition ready to run; immutable, and shared by all runs of its version."""

    steps: Mapping[str, StepPlan]
    successors: Mapping[str, tuple[str, ...]]
    output: Template | None
    timeout_ms: int


EMPTY_PLAN: Final = Plan({}, {}, None, DEFAULT_RUN_TIMEOUT_MS)


def prompt_references(definition: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what each prompt step names: step id -> {name, label or version}, to be pinned."""
    steps = definition.get("steps", [])
    return {step["id"]: step["prompt"] for step in steps if step.get("type") == "prompt"}


def parse_plan(definition_json: str, prompts: Mapping[str, PinnedPrompt]) -> Plan:
    """Read a definition that pipelines has validated, its prompts pinned by step id.

    Raises DefinitionUnusable when this code does not understand it all the same.
    """
    try:
        return _parse(orjson.loads(definition_json), prompts)
    except AppError as error:
        raise DefinitionUnusable(f"the definition cannot be run: {error.message}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DefinitionUnusable("the definition cannot be read") from error


def _parse(definition: dict[str, Any], prompts: Mapping[str, PinnedPrompt]) -> Plan:
    if definition.get("schema_version") != 1:
        raise DefinitionUnusable("the definition is of an unknown schema version")
    branches = _branches(definition["steps"])
    steps: dict[str, StepPlan] = {}
    for index, step in enumerate(definition["steps"]):
        steps[step["id"]] = _step(index, step, prompts, branches.get(step["id"], {}))
    successors: dict[str, list[str]] = {id: [] for id in steps}
    for step_plan in steps.values():
        for need in step_plan.needs:
            successors[need.step_id].append(step_plan.id)
    output = Template.parse(definition["output"]) if "output" in definition else None
    return Plan(
        steps=steps,
        successors={id: tuple(after) for id, after in successors.items()},
        output=output,
        timeout_ms=int(definition.get("timeout_ms", DEFAULT_RUN_TIMEOUT_MS)),
    )


def _branches(steps: list[dict[str, Any]]) -> dict[str, dict[str, bool]]:
    """Return, for each step that conditions list, the conditions and the branch that chooses it."""
    found: dict[str, dict[str, bool]] = {}
    for step in steps:
        if step["type"] == "condition":
            for key, branch in (("then", True), ("else", False)):
                for chosen in step.get(key, []):
                    found.setdefault(chosen, {})[step["id"]] = branch
    return found


def _step(
    index: int,
    step: dict[str, Any],
    prompts: Mapping[str, PinnedPrompt],
    branches: Mapping[str, bool],
) -> StepPlan:
    work, references = _work(step, prompts)
    names = {id for root, id in references if root == "steps"} | set(step.get("needs", []))
    return StepPlan(
        id=step["id"],
        type=step["type"],
        index=index,
        work=work,
        needs=tuple(Need(id, branches.get(id)) for id in sorted(names | set(branches))),
        runs_if_any=step.get("run_if") == "any",
        timeout_ms=int(step.get("timeout_ms", DEFAULT_STEP_TIMEOUT_MS)),
        retry=_retry(step.get("retry", {})),
    )


def _retry(policy: Mapping[str, Any]) -> RetryPolicy:
    default = RetryPolicy()
    return RetryPolicy(
        max_attempts=int(policy.get("max_attempts", default.max_attempts)),
        initial_backoff_ms=int(policy.get("initial_backoff_ms", default.initial_backoff_ms)),
        multiplier=float(policy.get("multiplier", default.multiplier)),
        max_backoff_ms=int(policy.get("max_backoff_ms", default.max_backoff_ms)),
    )


def _work(
    step: dict[str, Any], prompts: Mapping[str, PinnedPrompt]
) -> tuple[Work, frozenset[tuple[str, str]]]:
    match step["type"]:
        case "transform":
            expression = compile_expression(step["expression"])
            return TransformWork(expression), expression.references()
        case "condition":
            expression = compile_expression(step["if"])
            return ConditionWork(expression), expression.references()
        case "prompt":
            prompt = PromptWork(
                prompts[step["id"]],
                Template.parse(step.get("variables", {})),
                Template.parse(step.get("model", "")),
                Template.parse(step.get("parameters", {})),
            )
            templates = (prompt.variables, prompt.model, prompt.parameters)
            return prompt, frozenset().union(*(each.references() for each in templates))
        case "http":
            http = HttpWork(
                step.get("method", "GET"),
                Template.parse(step["url"]),
                Template.parse(step.get("headers", {})),
                Template.parse(step["body"]) if "body" in step else None,
            )
            parts = [http.url, http.headers, *([http.body] if http.body else [])]
            return http, frozenset().union(*(each.references() for each in parts))
    raise DefinitionUnusable(f"steps of type {step['type']} are not known here")
