"""Tool calls of the simulator: the tool whose words fit the question best, its schema filled.

`sim-tools` calls a tool whenever it is given some; every simulated model does when `tool_choice`
asks for it, and none does when `tool_choice` is "none".
"""

import json
import random
import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from services.execution.adapters.models import simulated_json
from services.execution.rules.tool_calls import ToolCall

_WORD: Final = re.compile(r"[^\W\d_]{3,}")


def calls_of(
    parameters: Mapping[str, Any],
    text: str,
    rng: random.Random,
    topics: Sequence[str],
    *,
    is_eager: bool,
) -> tuple[ToolCall, ...]:
    """Return the call that an answer consists of; none when it is to be text.

    `parameters` hold `tools` and `tool_choice` in the form of OpenAI's chat completions.
    """
    functions = _functions(parameters.get("tools"))
    choice = parameters.get("tool_choice")
    named = choice.get("function") if isinstance(choice, Mapping) else None
    if isinstance(named, Mapping):
        functions = [each for each in functions if each["name"] == named.get("name")]
    elif choice == "none" or not (is_eager or choice == "required"):
        return ()
    if not functions:
        return ()
    chosen = max(functions, key=lambda function: _fit(function, text))
    schema = chosen.get("parameters")
    shape = schema if isinstance(schema, Mapping) else {"type": "object", "properties": {}}
    arguments = json.dumps(simulated_json.fill(shape, rng, topics), ensure_ascii=False)
    number = sha256(f"{chosen['name']}{arguments}".encode()).hexdigest()[:12]
    return (ToolCall(f"call_sim_{number}", chosen["name"], arguments),)


def _functions(tools: Any) -> list[Mapping[str, Any]]:
    """Return the functions that have a name; what has another form is passed over."""
    if not isinstance(tools, list):
        return []
    found = [tool.get("function") for tool in tools if isinstance(tool, Mapping)]
    return [each for each in found if isinstance(each, Mapping) and _has_name(each)]


def _has_name(function: Mapping[str, Any]) -> bool:
    return isinstance(function.get("name"), str) and function["name"] != ""


def _fit(function: Mapping[str, Any], text: str) -> int:
    """Count the words that a tool's name and description share with the question."""
    said = f"{function['name']} {function.get('description', '')}".replace("_", " ")
    return len(_words(said) & _words(text))


def _words(text: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(text[:20_000])}
