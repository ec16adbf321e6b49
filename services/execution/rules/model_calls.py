"""What goes into a call of a model and what comes out, whoever answers."""

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from services.execution.rules.states import Usage
from services.execution.rules.tool_calls import ToolCall


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message: role `system`, `user` or `assistant`, and its text."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call.

    `parameters` go to the model as they are: temperature, tools, response_format, and so on.
    """

    model: str
    messages: tuple[ChatMessage, ...]
    parameters: Mapping[str, Any]
    # For the whole call, its first token and its last included.
    timeout_s: float
    # The same for every try of one attempt: providers that know it answer once.
    idempotency_key: str


@dataclass(frozen=True, slots=True)
class Delta:
    """Text to append."""

    text: str


@dataclass(frozen=True, slots=True)
class Completion:
    """How the call ended: the last item of every stream."""

    # Empty when the model only calls tools.
    text: str
    # stop, length, tool_calls, content_filter
    finish_reason: str
    usage: Usage
    # Who really answered.
    model: str
    # Price-book name: "simulator", "openai" …
    provider: str
    tool_calls: tuple[ToolCall, ...] = ()


class ModelProvider(Protocol):
    """Answers model calls.

    A stream ends with its Completion or raises one of errors.Provider…: it never just stops. Closed
    before its end, it lets go of the provider at once.
    """

    @property
    def name(self) -> str:
        """Its price-book name: "simulator", "openai" …."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Completion, None]:
        """Call the model and yield its answer piece by piece."""
        ...
