"""Parameters that contradict each other or the text. Ranges are checked when saving."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from services.prompts.rules.lint.findings import Code, Finding
from services.prompts.rules.lint.subject import Subject

_LIMITS: Final = ("max_tokens", "max_completion_tokens", "max_output_tokens")
# Members by which providers are told the form of an answer.
_FORMS: Final = ("response_format", "format", "text", "tools", "guided_json", "output_config")
# "Answer in JSON", "valid JSON", "return only a JSON object". Bounded, so that it stays linear.
_ASKS_FOR_JSON: Final = re.compile(
    r"\b(?:answer|respond|reply|return|output|produce|write)\b[^.!?\n]{0,60}\bJSON\b|"
    r"\b(?:valid|strict|only) JSON\b",
    re.IGNORECASE,
)
_DENIES: Final = re.compile(r"\b(?:no|not|never|without)\b|n't\b", re.IGNORECASE)


def sampling(subject: Subject) -> Iterator[Finding]:
    """Find settings of chance that work against each other, or do nothing."""
    given = subject.parameters
    temperature, top_p = _number(given, "temperature"), _number(given, "top_p")
    narrows = top_p is not None and top_p < 1
    if temperature == 0:
        idle = [name for name in ("top_k", "n") if (_number(given, name) or 0) > 1]
        idle += ["top_p"] if narrows else []
        for name in idle:
            yield _of(
                subject,
                Code.SAMPLING_IDLE,
                name,
                f"temperature 0 takes the likeliest token each time, so {name} has no use: "
                "remove it, or raise the temperature",
            )
    elif temperature not in (None, 1) and narrows:
        yield _of(
            subject,
            Code.SAMPLING_DOUBLED,
            "top_p",
            "temperature and top_p both narrow the choice, and some models refuse the two "
            "together: set one of them",
        )


def limits(subject: Subject) -> Iterator[Finding]:
    """Find more than one limit of the answer's length."""
    given = [name for name in _LIMITS if subject.parameters.get(name) is not None]
    for name in given[1:]:
        yield _of(
            subject,
            Code.LIMITS_DOUBLED,
            name,
            f"{given[0]} limits the answer already, and a provider reads one of them: "
            "keep the name that yours uses",
        )


def logprobs(subject: Subject) -> Iterator[Finding]:
    """Find alternatives asked for while probabilities are off."""
    if (
        _number(subject.parameters, "top_logprobs")
        and subject.parameters.get("logprobs") is not True
    ):
        yield _of(
            subject,
            Code.LOGPROBS_OFF,
            "top_logprobs",
            "top_logprobs is refused unless logprobs is true: set that too, or remove this",
        )


def stops(subject: Subject) -> Iterator[Finding]:
    """Find a list of stop texts that is empty."""
    if subject.parameters.get("stop") == []:
        yield _of(subject, Code.STOP_EMPTY, "stop", "an empty list stops nothing: remove it")


def json_form(subject: Subject) -> Iterator[Finding]:
    """Find JSON asked for in the text and not of the provider, or the other way round."""
    form = subject.parameters.get("response_format")
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "json_object":
        if not any("json" in message.template.casefold() for message in subject.messages):
            yield _of(
                subject,
                Code.JSON_UNMENTIONED,
                "response_format",
                "JSON mode is refused by OpenAI unless a message has the word JSON: "
                "say in the text which JSON you want",
            )
        return
    if kind not in (None, "text") or any(subject.parameters.get(name) for name in _FORMS[1:]):
        return
    for message in subject.messages:
        for asked in _ASKS_FOR_JSON.finditer(message.template):
            before = message.template[max(0, asked.start() - 20) : asked.end()]
            if message.role == "assistant" or _DENIES.search(before):
                continue
            yield message.finding(
                Code.JSON_UNENFORCED,
                "the text asks for JSON and no parameter makes the model keep to it: set "
                'response_format to {"type": "json_object"}, or to a json_schema, '
                "where your provider has that",
                asked.span(),
            )
            return


def _number(parameters: Mapping[str, object], name: str) -> float | None:
    value = parameters.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value


def _of(subject: Subject, code: Code, parameter: str, message: str) -> Finding:
    return Finding(code, message, f"{subject.field}.parameters.{parameter}")
