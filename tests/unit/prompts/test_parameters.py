"""Model parameters: what is well known is checked, everything else is kept."""

import json

import pytest

from services.prompts.rules.parameters import MOST_BYTES, check_parameters
from services.prompts.rules.violations import Violations
from tests.unit.prompts.violations import found_in


def faults(text: str) -> dict[str, str]:
    violations = Violations()
    check_parameters(text, "parameters", violations)
    return found_in(violations)


def test_known_and_unknown_members_are_kept() -> None:
    parameters = {
        "temperature": 0.7,
        "top_p": 1,
        "max_tokens": 4096,
        "seed": -1,
        "stop": ["END", "\n\n"],
        "response_format": {"type": "json_object"},
        "house_rule": {"deep": [1, None]},
        "top_k": None,
    }
    violations = Violations()
    assert check_parameters(json.dumps(parameters), "parameters", violations) == parameters
    assert not violations


def test_no_text_is_no_parameters() -> None:
    assert check_parameters("", "parameters", Violations()) == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", 2.1),
        ("temperature", "0.5"),
        ("temperature", True),
        ("top_p", 1.01),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("max_tokens", 10_000_001),
        ("max_completion_tokens", -1),
        ("frequency_penalty", 3),
        ("presence_penalty", -3),
        ("seed", 2**63),
        ("n", 0),
        ("stop", ""),
        ("stop", 5),
        ("stop", [""]),
        ("stop", ["s"] * 17),
        ("response_format", "json"),
        ("logprobs", 1),
    ],
)
def test_what_no_provider_takes_is_refused_by_name(name: str, value: object) -> None:
    assert list(faults(json.dumps({name: value, "other": 1}))) == [f"parameters.{name}"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 0),
        ("temperature", 2),
        ("max_tokens", 1),
        ("max_tokens", 100.0),
        ("seed", 2**63 - 1),
        ("stop", "END"),
    ],
)
def test_bounds_themselves_are_allowed(name: str, value: object) -> None:
    assert not faults(json.dumps({name: value}))


@pytest.mark.parametrize("text", ["[]", "3", '"x"', "{", '{"a": 1e999}', "x" * (MOST_BYTES + 1)])
def test_only_a_json_object_of_bounded_size_is_taken(text: str) -> None:
    assert list(faults(text)) == ["parameters"]
