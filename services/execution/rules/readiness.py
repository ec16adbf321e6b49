"""When a step may begin: what its needs decide."""

from collections.abc import Mapping
from enum import Enum, auto

from services.execution.rules.plan import Need, StepPlan
from services.execution.rules.states import PENDING, TERMINAL_STEP, StepProgress, StepState


class Decision(Enum):
    """What to do with a pending step."""

    WAIT = auto()
    RUN = auto()
    SKIP = auto()


def decide(step: StepPlan, progress: Mapping[str, StepProgress]) -> Decision:
    """Decide on a pending step from the state of its needs.

    A need counts as met when it succeeded and, where it is a condition that lists this step, chose
    it. One unmet need skips the step, unless it runs if any need is met. Failed needs do not occur:
    a failed step ends the run.
    """
    outcomes = [_is_met(need, progress.get(need.step_id, PENDING)) for need in step.needs]
    if not step.runs_if_any and False in outcomes:
        return Decision.SKIP
    if None in outcomes:
        return Decision.WAIT
    if step.needs and step.runs_if_any and True not in outcomes:
        return Decision.SKIP
    return Decision.RUN


def _is_met(need: Need, progress: StepProgress) -> bool | None:
    """Tell whether a need is met; None while that is open."""
    if progress.state not in TERMINAL_STEP:
        return None
    if progress.state is not StepState.SUCCEEDED:
        return False
    if need.branch is None:
        return True
    return bool(progress.output["result"]) is need.branch
