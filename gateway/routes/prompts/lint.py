"""Lint of a draft, asked for while it is written."""

from fastapi import Response

from gateway.answers import resource
from gateway.clients import Rpc, ask
from gateway.door import router
from gateway.operations import PROMPTS, operation
from gateway.routes.prompts import lint_models as models
from gateway.translate import fill
from promptpilot.prompts.v1 import prompts_pb2 as pb

lint = router("prompts")


@lint.post(
    "/prompts:lint",
    **operation(PROMPTS, "LintPrompt", body=True, response_model=models.PromptLint),
)
async def lint_prompt(body: models.LintPrompt, rpc: Rpc) -> Response:
    """Say what is wrong, risky or wasteful in a draft, and how to mend it. Nothing is stored.

    Findings are the answer, not an error. A draft can be saved exactly when none is of severity
    `error`.
    """
    return resource(await ask(rpc.prompts.LintPrompt, fill(pb.LintPromptRequest, body)))
