"""Data that goes into expressions and comes out of them: weighed, and checked to be JSON."""

import math
from typing import Any, Final

from services.kit.expression_child import plain
from services.kit.expression_errors import ExpressionFailed

MAX_RESULT_BYTES: Final = 1_048_576
MAX_DEPTH: Final = 64


def weighs_at_most(data: Any, limit: int) -> bool:
    """Tell whether data weighs at most `limit`: its characters, and 16 for each value."""
    todo = [data]
    while todo and limit >= 0:
        value = todo.pop()
        limit -= 16
        if isinstance(value, str):
            limit -= len(value)
        elif isinstance(value, dict):
            limit -= sum(map(len, value)) + 16 * len(value)
            if limit >= 0:
                todo += value.values()
        elif isinstance(value, list):
            limit -= 16 * len(value)
            if limit >= 0:
                todo += value
    return limit >= 0


def as_json(value: Any, source: str) -> Any:
    """Return a result as JSON within the bounds, times as texts; raise ExpressionFailed."""
    return _Walk(source).walk(value, 0)


class _Walk:
    def __init__(self, source: str) -> None:
        self._source = source
        self._left = MAX_RESULT_BYTES

    def walk(self, node: Any, depth: int) -> Any:
        self._spend(8)
        if depth > MAX_DEPTH:
            raise self._failed(f"the result is deeper than {MAX_DEPTH} levels")
        if isinstance(node, str):
            self._spend(len(node))
            return node
        if node is None or isinstance(node, bool | int):
            return node
        if isinstance(node, float):
            if not math.isfinite(node):
                raise self._failed("the result is not a finite number")
            return node
        if isinstance(node, list | tuple):
            return [self.walk(item, depth + 1) for item in node]
        if isinstance(node, dict):
            return self._walk_map(node, depth)
        try:
            return self.walk(plain(node), depth + 1)
        except TypeError as error:
            raise self._failed(str(error)) from None

    def _walk_map(self, node: dict[Any, Any], depth: int) -> dict[str, Any]:
        if not all(isinstance(key, str) for key in node):
            raise self._failed("keys of a map must be strings")
        self._spend(sum(map(len, node)))
        return {key: self.walk(item, depth + 1) for key, item in node.items()}

    def _spend(self, weight: int) -> None:
        self._left -= weight
        if self._left < 0:
            raise self._failed("the result is larger than 1 MB")

    def _failed(self, message: str) -> ExpressionFailed:
        return ExpressionFailed(message, source=self._source)
