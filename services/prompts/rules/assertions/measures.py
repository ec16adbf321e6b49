"""What is known of an answer beside its text: latency, cost, probabilities, how it ended."""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from services.prompts.rules.assertions.case import AssertionFailed, Case, Verdict
from services.prompts.rules.assertions.words import split

_NUMBER: Final = re.compile(r"\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


def latency(case: Case) -> Verdict:
    """Tell whether the answer took at most so many milliseconds."""
    taken, most = case.outcome.latency_ms, _threshold(case)
    if taken is None:
        raise AssertionFailed("latency_ms is not known")
    return Verdict(taken <= most, f"the answer took {taken:,} ms, the most is {most:g} ms")


def cost(case: Case) -> Verdict:
    """Tell whether the answer cost at most so many US dollars. An unknown cost is not zero."""
    paid, most = case.outcome.cost_usd, _threshold(case)
    if paid is None:
        raise AssertionFailed("the cost is not known")
    return Verdict(paid <= most, f"the answer cost {paid:g} USD, the most is {most:g} USD")


def perplexity(case: Case) -> Verdict:
    """Tell whether the perplexity is at most the threshold; without one it passes."""
    value = math.exp(min(-_mean(case), 700))
    most = case.threshold
    limit = "" if most is None else f", the most is {most:g}"
    return Verdict(
        most is None or value <= most,
        f"the perplexity is {value:.2f}{limit}",
        always_passes=most is None,
    )


def perplexity_score(case: Case) -> Verdict:
    """1 / (1 + perplexity) is at least the threshold; without one it passes."""
    score = 1 / (1 + math.exp(min(-_mean(case), 700)))
    least = case.threshold
    limit = "" if least is None else f", the least is {least:g}"
    return Verdict(
        least is None or score >= least,
        f"the perplexity score is {score:.2f}{limit}",
        score,
        always_passes=least is None,
    )


def finish_reason(case: Case) -> Verdict:
    """Tell whether the model stopped for this reason: stop, length, content_filter, tool_calls."""
    reason = case.outcome.finish_reason
    if not reason:
        return Verdict(holds=False, reason="no finish reason is known")
    return Verdict(reason.lower() == case.value.lower(), f'the finish reason is "{reason}"')


def word_count(case: Case) -> Verdict:
    """Tell whether the output has so many words, or from `min` to `max`."""
    words = sum(1 for word in split(case.text) if word)
    if isinstance(case.value, Mapping):
        least, most = case.value.get("min", 0), case.value.get("max", math.inf)
        wanted = f"{least} to {'any number' if most == math.inf else most}"
    else:
        least = most = number_of(case.value)
        wanted = f"{least:g}"
    return Verdict(least <= words <= most, f"the output has {words:,} words; wanted: {wanted}")


def number_of(value: Any) -> float:
    """Read a number, also one written as text; raise AssertionFailed."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    raise AssertionFailed("the value is no number")


def guardrails(case: Case) -> Verdict:
    """Tell whether no guardrail of the provider was set off."""
    said = case.outcome.guardrails
    if not said.is_flagged:
        return Verdict(holds=True, reason="no guardrail was set off")
    about = "prompt" if said.is_input_flagged else "output" if said.is_output_flagged else "content"
    because = f": {said.reason}" if said.reason else ""
    return Verdict(holds=False, reason=f"a guardrail stopped the {about}{because}")


def _threshold(case: Case) -> float:
    if case.threshold is None:
        raise AssertionFailed("a threshold is needed")
    return case.threshold


def _mean(case: Case) -> float:
    known = case.outcome.log_probabilities
    if not known:
        raise AssertionFailed("the log probabilities of the answer's tokens are not known")
    return sum(known) / len(known)
