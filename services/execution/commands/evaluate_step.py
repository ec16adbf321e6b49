"""What expressions give: the outputs of pure steps, and the output of a run."""

from collections.abc import Callable
from typing import Any

import orjson

from services.execution.commands.run_tools import Scope
from services.execution.commands.slow_lane import SlowLane
from services.execution.rules.machine import RunProgress
from services.execution.rules.plan import ConditionWork, TransformWork
from services.execution.rules.states import Answer, StepState
from services.kit.expression_errors import ExpressionFailed
from services.kit.expressions import NOT_CHEAP


def evaluate_step(
    work: TransformWork | ConditionWork, evaluate: Callable[[Scope], Any], scope: Scope
) -> Answer | None:
    """Return the answer of a pure step; None when it is not cheap enough to be made here.

    `evaluate` is the expression's own `evaluate` or `evaluate_if_cheap`. Raises ExpressionFailed.
    """
    output = evaluate(scope)
    if output is NOT_CHEAP:
        return None
    if isinstance(work, ConditionWork):
        if not isinstance(output, bool):
            source = work.expression.source
            raise ExpressionFailed("a condition must give true or false", source=source)
        output = {"result": output}
    return Answer(output, orjson.dumps(output).decode())


async def evaluate_output(progress: RunProgress, scope: Scope, slow: SlowLane, tenant: str) -> str:
    """Return a run's output as JSON text; raise ExpressionFailed.

    Without a template it is the output of the last step, in the order of the definition, that
    succeeded.
    """
    template = progress.plan.output
    if template is None:
        output = _last_output(progress)
    elif template.is_cheap(scope):
        output = template.render(scope)
    else:
        output = await slow.run(tenant, lambda: template.render(scope))
    return orjson.dumps(output).decode()


def _last_output(progress: RunProgress) -> Any:
    for step_id in reversed(list(progress.plan.steps)):
        known = progress.of(step_id)
        if known.state is StepState.SUCCEEDED:
            return known.output
    return None
