"""The whole servicer: one class for the one service of the contract."""

from services.execution.servicer.models import ModelRpcs
from services.execution.servicer.parts import Parts
from services.execution.servicer.runs import RunRpcs


class ExecutionServicer(RunRpcs, ModelRpcs):
    """Every RPC of ExecutionService."""

    def __init__(self, parts: Parts) -> None:
        RunRpcs.__init__(self, parts)
        ModelRpcs.__init__(self, parts)
