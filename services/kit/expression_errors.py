"""How expressions fail: when they are compiled, and when they are evaluated."""

from services.kit.errors import FailedPrecondition, FieldViolation, InvalidArgument


class InvalidExpression(InvalidArgument):
    """The expression cannot be compiled.

    `position` counts characters from 0; `path` leads to the expression in its template.
    """

    reason = "EXPRESSION_INVALID"

    def __init__(
        self, message: str, *, source: str = "", position: int = 0, path: str = ""
    ) -> None:
        field = path or "expression"
        super().__init__(
            f"{field}: {message} (at character {position + 1} of `{_short(source)}`)",
            violations=[FieldViolation(field, message)],
            position=position,
        )
        self.detail, self.source, self.position, self.path = message, source, position, path

    def at(self, path: str) -> "InvalidExpression":
        """Return the same error with the path of the field that holds the expression."""
        return InvalidExpression(self.detail, source=self.source, position=self.position, path=path)


class ExpressionFailed(FailedPrecondition):
    """The expression is valid, but failed with this data."""

    reason = "EXPRESSION_FAILED"

    def __init__(self, message: str, *, source: str) -> None:
        super().__init__(f"`{_short(source)}` failed: {message}")
        self.source = source


def _short(source: str) -> str:
    return source if len(source) <= 80 else source[:77] + "..."


def readable(text: str) -> str:
    """Turn `Kind: text` of a library's error into a text for people."""
    kind, _, rest = text.partition(": ")
    if kind == "KeyError":
        return f"there is no {rest}"
    return rest if rest and kind.endswith(("Error", "Exception")) else text
