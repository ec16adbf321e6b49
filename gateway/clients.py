"""The five services as gRPC stubs, one channel each, and one way to ask them."""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Protocol, TypeVar

from fastapi import Depends
from google.protobuf.message import Message
from starlette.requests import Request

if TYPE_CHECKING:  # these names exist for the type checker only
    from promptpilot.billing.v1.billing_pb2_grpc import BillingServiceAsyncStub
    from promptpilot.execution.v1.execution_pb2_grpc import ExecutionServiceAsyncStub
    from promptpilot.identity.v1.identity_pb2_grpc import IdentityServiceAsyncStub
    from promptpilot.pipelines.v1.pipelines_pb2_grpc import PipelinesServiceAsyncStub
    from promptpilot.prompts.v1.datasets_pb2_grpc import DatasetsServiceAsyncStub
    from promptpilot.prompts.v1.prompts_pb2_grpc import PromptsServiceAsyncStub

Question_contra = TypeVar("Question_contra", bound=Message, contravariant=True)
Reply_co = TypeVar("Reply_co", bound=Message, covariant=True)

# Seconds that a caller of our HTTP API may be kept waiting for one answer.
ANSWER_TIMEOUT_S = 10.0
# Sign-up waits until every service holds the new tenant.
SIGN_UP_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Clients:
    """Stubs of the services; those of one process share its channel."""

    identity: "IdentityServiceAsyncStub"
    prompts: "PromptsServiceAsyncStub"
    datasets: "DatasetsServiceAsyncStub"
    pipelines: "PipelinesServiceAsyncStub"
    execution: "ExecutionServiceAsyncStub"
    billing: "BillingServiceAsyncStub"


class Unary(Protocol[Question_contra, Reply_co]):
    """An RPC with one question and one answer, as a stub has it."""

    def __call__(
        self, request: Question_contra, /, *, timeout: float | None = None
    ) -> Awaitable[Reply_co]:
        """Make the call."""
        ...


async def ask(
    method: Unary[Question_contra, Reply_co],
    request: Question_contra,
    timeout_s: float = ANSWER_TIMEOUT_S,
) -> Reply_co:
    """Call one RPC within a deadline. Raises the kit's errors: the channel has rebuilt them."""
    return await method(request, timeout=timeout_s)


async def clients_of(request: Request) -> Clients:
    """Return the clients that the application was composed with.

    A coroutine, though it waits for nothing: FastAPI runs plain functions in a thread.
    """
    clients: Clients = request.scope["app"].state.clients
    return clients


Rpc = Annotated[Clients, Depends(clients_of)]
