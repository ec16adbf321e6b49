"""What a rule says: a code, how much it weighs, a message, and a place an editor can underline."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """How much a finding weighs: an error is refused when saved, info is advice."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Code(StrEnum):
    """The rules. A code is stable: it may be filtered by, and never changes its meaning."""

    TEMPLATE_INVALID = "template-invalid"
    MESSAGE_EMPTY = "message-empty"
    VARIABLE_INVALID = "variable-invalid"
    VARIABLE_DECLARED_TWICE = "variable-declared-twice"
    VARIABLE_MISUSED = "variable-misused"
    VALUE_INVALID = "value-invalid"
    PARAMETER_INVALID = "parameter-invalid"
    CONTENT_INVALID = "content-invalid"

    VARIABLE_MISSPELT = "variable-misspelt"
    VARIABLE_UNUSED = "variable-unused"
    SINGLE_BRACES = "single-braces"
    SLOT_IN_SYSTEM = "slot-in-system"
    SLOT_UNFENCED = "slot-unfenced"
    MESSAGE_BLANK = "message-blank"
    LINE_REPEATED = "line-repeated"
    PREFILL_WHITESPACE = "prefill-whitespace"
    CACHE_ORDER = "cache-order"
    PROMPT_LONG = "prompt-long"
    SAMPLING_DOUBLED = "sampling-doubled"
    SAMPLING_IDLE = "sampling-idle"
    LIMITS_DOUBLED = "limits-doubled"
    LOGPROBS_OFF = "logprobs-off"
    JSON_UNMENTIONED = "json-unmentioned"

    VARIABLE_UNDECLARED = "variable-undeclared"
    VARIABLE_SHADOWED = "variable-shadowed"
    ESCAPE_MARKS = "escape-marks"
    TRAILING_WHITESPACE = "trailing-whitespace"
    STOP_EMPTY = "stop-empty"
    JSON_UNENFORCED = "json-unenforced"

    @property
    def severity(self) -> Severity:
        """Return how much this rule's findings weigh."""
        return _SEVERITIES.get(self, Severity.WARNING)


_SEVERITIES: Final = {
    Code.TEMPLATE_INVALID: Severity.ERROR,
    Code.MESSAGE_EMPTY: Severity.ERROR,
    Code.VARIABLE_INVALID: Severity.ERROR,
    Code.VARIABLE_DECLARED_TWICE: Severity.ERROR,
    Code.VARIABLE_MISUSED: Severity.ERROR,
    Code.VALUE_INVALID: Severity.ERROR,
    Code.PARAMETER_INVALID: Severity.ERROR,
    Code.CONTENT_INVALID: Severity.ERROR,
    Code.VARIABLE_UNDECLARED: Severity.INFO,
    Code.VARIABLE_SHADOWED: Severity.INFO,
    Code.ESCAPE_MARKS: Severity.INFO,
    Code.TRAILING_WHITESPACE: Severity.INFO,
    Code.STOP_EMPTY: Severity.INFO,
    Code.JSON_UNENFORCED: Severity.INFO,
}


@dataclass(frozen=True, slots=True)
class Place:
    """A part [start, end) of one message's template, in characters from 0.

    Lines and columns count from 1; the end column is the first one past the part.
    """

    message_index: int
    start: int
    end: int
    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Fix:
    """A text to put at the finding's place, and what that does, as it stands on a button."""

    title: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule found. `field` is a path in the request; `variable` may be empty."""

    code: Code
    message: str
    field: str
    place: Place | None = None
    variable: str = ""
    fix: Fix | None = None
