"""Model parameters kept with a version: well-known members are checked, others kept as they are.

Bounds are the widest that the providers in use document (OpenAI, Anthropic, Ollama, vLLM), so that
only what no provider takes is refused here.
"""

from dataclasses import dataclass
from typing import Final

from services.prompts.rules.documents import DocumentError, parse
from services.prompts.rules.violations import Violations

MOST_BYTES: Final = 65_536
_MOST_STOPS: Final = 16


@dataclass(frozen=True, slots=True)
class _Range:
    """Bounds of a number, both included."""

    least: float
    most: float
    is_integer: bool = False


_TOKENS: Final = _Range(1, 10_000_000, is_integer=True)
_RANGES: Final = {
    "temperature": _Range(0, 2),
    "top_p": _Range(0, 1),
    "min_p": _Range(0, 1),
    "top_k": _Range(-1, 100_000, is_integer=True),
    "max_tokens": _TOKENS,
    "max_completion_tokens": _TOKENS,
    "max_output_tokens": _TOKENS,
    "frequency_penalty": _Range(-2, 2),
    "presence_penalty": _Range(-2, 2),
    "repetition_penalty": _Range(0, 2),
    "seed": _Range(-(2**63), 2**63 - 1, is_integer=True),
    "n": _Range(1, 128, is_integer=True),
    "top_logprobs": _Range(0, 20, is_integer=True),
}


def check_parameters(text: str, field: str, violations: Violations) -> dict[str, object]:
    """Read a JSON object (empty text: an empty one), noting each fault as `field.member`."""
    if not text:
        return {}
    try:
        value = parse(text, most=MOST_BYTES)
    except DocumentError as problem:
        violations.add(field, str(problem))
        return {}
    if not isinstance(value, dict):
        violations.add(field, "must be a JSON object")
        return {}
    for name, member in value.items():
        problem_found = _problem_of(name, member)
        if problem_found:
            violations.add(f"{field}.{name}", problem_found)
    return value


def _problem_of(name: str, value: object) -> str:
    """Say what is wrong with a member; empty when nothing is. Null means not set."""
    if value is None:
        return ""
    if name in _RANGES:
        return _problem_of_number(_RANGES[name], value)
    if name == "stop":
        return _problem_of_stop(value)
    if name == "response_format" and not isinstance(value, dict):
        return 'must be an object, such as {"type": "json_object"}'
    if name in ("logprobs", "parallel_tool_calls") and not isinstance(value, bool):
        return "must be true or false"
    return ""


def _problem_of_number(bounds: _Range, value: object) -> str:
    kind = "an integer" if bounds.is_integer else "a number"
    wanted = f"must be {kind} from {bounds.least:,} to {bounds.most:,}"
    if isinstance(value, bool) or not isinstance(value, int | float):
        return wanted
    if bounds.is_integer and value != int(value):
        return wanted
    return "" if bounds.least <= value <= bounds.most else wanted


def _problem_of_stop(value: object) -> str:
    stops = value if isinstance(value, list) else [value]
    if len(stops) > _MOST_STOPS or not all(isinstance(stop, str) and stop for stop in stops):
        return f"must be a text, or a list of at most {_MOST_STOPS} texts, none of them empty"
    return ""
