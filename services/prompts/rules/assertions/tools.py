"""Calls of tools in OpenAI's form: valid ones, expected ones."""

import json
from collections.abc import Iterator
from typing import Any, Final

from services.kit.json_schemas import SchemaUnusable, schema_faults
from services.prompts.rules.assertions.case import AssertionFailed, Case, Verdict, shown
from services.prompts.rules.assertions.documents import NotJson, parse_json
from services.prompts.rules.assertions.words import as_string, trimmed

_MOST_CALLS: Final = 200
_MOST_TRIES: Final = 200


def is_valid_tools_call(case: Case) -> Verdict:
    """Tell whether the output calls tools that are given, with arguments that fit."""
    output = case.outcome.output
    said = _said_by_mcp(case.text)
    if said:
        return said
    calls = output.get("tool_calls") if isinstance(output, dict) else output
    if not isinstance(calls, list) or not _are_calls(calls):
        return Verdict(holds=False, reason=f"the output is no list of tool calls: {shown(output)}")
    tools = case.outcome.tools
    if not isinstance(tools, list) or not tools:
        return Verdict(holds=False, reason="no tools are given that could be called")
    functions = [
        tool.get("function")
        for tool in tools
        if isinstance(tool, dict) and tool.get("type") == "function"
    ]
    for call in calls:
        wrong = _wrong(case, call["function"], functions)
        if wrong:
            return Verdict(holds=False, reason=wrong)
    return Verdict(holds=True, reason="the tool calls are valid")


def is_valid_function_call(case: Case) -> Verdict:
    """Tell whether the output calls a function that is given, with arguments that fit."""
    output = case.outcome.output
    call = output.get("function_call", output) if isinstance(output, dict) else output
    if not _is_call(call):
        return Verdict(holds=False, reason=f"the output is no function call: {shown(output)}")
    wrong = _wrong(case, call, case.outcome.functions or [])
    return Verdict(not wrong, wrong or "the function call is valid")


def tool_call_f1(case: Case) -> Verdict:
    """F1 of the names of tools called and expected is at least 1."""
    wanted = _expected(case.value)
    if not wanted:
        raise AssertionFailed("the value names no tool")
    called = set(_names(case.outcome.output))
    common = len(wanted & called)
    score = 2 * common / (len(wanted) + len(called))
    least = 1 if case.threshold is None else case.threshold
    listed = ", ".join(sorted(called)) or "none"
    reason = f"F1 is {score:.3f}, the least is {least:g}; called: {listed}"
    return Verdict(score >= least, reason, score, flips=False)


def _said_by_mcp(text: str) -> Verdict | None:
    if "MCP Tool Error" in text:
        return Verdict(holds=False, reason="a tool of an MCP server answered with an error")
    if "MCP Tool Result" in text:
        return Verdict(holds=True, reason="a tool of an MCP server answered")
    return None


def _is_call(call: Any) -> bool:
    return (
        isinstance(call, dict)
        and isinstance(call.get("name"), str)
        and isinstance(call.get("arguments"), str)
    )


def _are_calls(calls: list[Any]) -> bool:
    return 0 < len(calls) <= _MOST_CALLS and all(
        isinstance(call, dict) and _is_call(call.get("function")) for call in calls
    )


def _wrong(case: Case, call: dict[str, str], functions: list[Any]) -> str:
    """Return what is wrong with one call, "" for nothing."""
    case.budget.left()
    name = call["name"]
    try:
        given = parse_json(call["arguments"])
    except NotJson:
        return f"the arguments of {name} are not JSON"
    known = (one for one in functions if isinstance(one, dict) and one.get("name") == name)
    schema = next((one.get("parameters") for one in known), None)
    if not schema:
        return f"there is no function {name} with parameters"
    try:
        faults = schema_faults(schema, given, most=3)
    except (SchemaUnusable, TypeError):
        return f"the parameters of {name} are no JSON Schema that can be used"
    return "; ".join(f"{name}: {fault.path or 'arguments'} {fault.message}" for fault in faults)


def _expected(value: Any) -> set[str]:
    names = value.split(",") if isinstance(value, str) else map(as_string, value)
    return {trimmed(name) for name in names} - {""}


def _names(output: Any) -> Iterator[str]:
    """Return the names of called tools in the forms of OpenAI, Anthropic and Google."""
    if isinstance(output, str):
        for document in _documents(output):
            yield from _names(document)
    elif isinstance(output, list):
        for item in output:
            yield from _name(item, is_listed=True)
    elif isinstance(output, dict):
        calls, google = output.get("tool_calls"), output.get("toolCall")
        if isinstance(calls, list):
            for call in calls:
                yield from _name(call, is_listed=True)
        elif isinstance(google, dict) and isinstance(google.get("functionCalls"), list):
            for call in google["functionCalls"]:
                yield from _name(call, is_listed=True)
        else:
            yield from _name(output, is_listed=False)


def _name(call: Any, *, is_listed: bool) -> Iterator[str]:
    if not isinstance(call, dict):
        return
    inner = call.get("functionCall") or call.get("function")
    if isinstance(inner, dict):
        if isinstance(inner.get("name"), str):
            yield inner["name"]
    elif isinstance(call.get("name"), str) and (
        is_listed or call.get("type") in ("tool_use", "function_call")
    ):
        yield call["name"]


def _documents(text: str) -> Iterator[Any]:
    """Return the JSON in a text: all of it, or each object or list that stands in it."""
    try:
        yield parse_json(text)
        return
    except NotJson:
        pass
    decoder, at, tries = json.JSONDecoder(), 0, 0
    while tries < _MOST_TRIES:
        starts = [found for found in (text.find("{", at), text.find("[", at)) if found >= 0]
        if not starts:
            return
        at, tries = min(starts), tries + 1
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            at += 1
        else:
            yield document
