"""Calls of tools that a model asks for, put together from the pieces in which they arrive."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Nobody means more; what a provider sends without end must not fill the memory.
MOST_TOOL_CALLS: Final = 128


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call: the name of a function, and its arguments as the model wrote them.

    `arguments` is JSON when the model did well; nobody promises that. `id` may be empty.
    """

    id: str
    name: str
    arguments: str


class ToolCallsInvalid(ValueError):
    """A piece has no form of a call, or there are too many calls."""


@dataclass
class _Growing:
    """A call of which more may come."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class ToolCallPieces:
    """The calls of one answer, in the form of OpenAI's chat completions.

    In a stream each piece names its call by `index`; in a whole answer the place in the list does.
    """

    def __init__(self) -> None:
        self._calls: dict[int, _Growing] = {}

    def add(self, pieces: Any) -> None:
        """Take the `tool_calls` of a delta or a message, or None. Raises ToolCallsInvalid."""
        if pieces is None:
            return
        if not isinstance(pieces, list):
            raise ToolCallsInvalid("tool calls that are not a list")
        for place, piece in enumerate(pieces):
            self._add(place, piece)

    @property
    def calls(self) -> tuple[ToolCall, ...]:
        """The calls, whole once the answer is, in their order."""
        return tuple(
            ToolCall(call.id, call.name, "".join(call.arguments))
            for _, call in sorted(self._calls.items())
        )

    def _add(self, place: int, piece: Any) -> None:
        function = piece.get("function") if isinstance(piece, Mapping) else None
        if not isinstance(function, Mapping):
            raise ToolCallsInvalid("a tool call without a function")
        index = piece.get("index", place)
        if not isinstance(index, int) or not 0 <= index < MOST_TOOL_CALLS:
            raise ToolCallsInvalid(f"more than {MOST_TOOL_CALLS} tool calls")
        call = self._calls.setdefault(index, _Growing())
        # Id and name come once, whole; some servers repeat them with every piece.
        call.id = call.id or _text(piece.get("id"))
        call.name = call.name or _text(function.get("name"))
        call.arguments.append(_text(function.get("arguments")))


def written(calls: Iterable[ToolCall]) -> str:
    """Return the calls as text, to count their tokens."""
    return "\n".join(f"{call.name}{call.arguments}" for call in calls)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ToolCallsInvalid("a tool call with a part that is not text")
    return value
