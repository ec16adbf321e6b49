"""Two versions, compared in everything that they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.prompts.rules.comparison.messages import MessageComparison, compare_messages
from services.prompts.rules.comparison.tokens import CountTokens, TokenEstimate, estimate
from services.prompts.rules.comparison.values import (
    FieldChange,
    NamedChanges,
    compare_documents,
    compare_named,
    named,
)
from services.prompts.rules.content import Content
from services.prompts.rules.variables import UNSET, Variable

_TOOLS: Final = "tools"
_SCHEMA: Final = "response_format"


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs, and what either side costs."""

    is_same: bool
    messages: tuple[MessageComparison, ...]
    variables: NamedChanges
    parameters: tuple[FieldChange, ...]
    tools: NamedChanges
    schema: tuple[FieldChange, ...]
    tokens_before: TokenEstimate
    tokens_after: TokenEstimate


def compare(before: Content, after: Content, count: CountTokens) -> Comparison:
    """Compare two versions: symmetric, and bounded in time."""
    tools_before, tools_after = _tools(before.parameters), _tools(after.parameters)
    is_named = tools_before is not None and tools_after is not None
    tools = compare_named(tools_before or {}, tools_after or {}) if is_named else NamedChanges()
    apart = {_SCHEMA, _TOOLS} if is_named else {_SCHEMA}
    return Comparison(
        is_same=before.document() == after.document(),
        messages=compare_messages(before.messages, after.messages),
        variables=compare_named(_variables(before), _variables(after)),
        parameters=tuple(
            compare_documents(_without(before.parameters, apart), _without(after.parameters, apart))
        ),
        tools=tools,
        schema=tuple(
            compare_documents(_only(before.parameters, _SCHEMA), _only(after.parameters, _SCHEMA))
        ),
        tokens_before=estimate(before, count),
        tokens_after=estimate(after, count),
    )


def _tools(parameters: Mapping[str, object]) -> dict[str, Mapping[str, object]] | None:
    """Return tools by name; None when they are not a list of tools with names of their own."""
    tools = parameters.get(_TOOLS, [])
    if not isinstance(tools, list) or not all(isinstance(tool, Mapping) for tool in tools):
        return None
    # An empty list is not the same as none: only then is the member itself compared.
    return named(tools, _tool_name) if tools or _TOOLS not in parameters else None


def _tool_name(tool: Mapping[str, object]) -> str:
    function = tool.get("function")
    name = function.get("name") if isinstance(function, Mapping) else tool.get("name")
    return name if isinstance(name, str) else ""


def _variables(content: Content) -> dict[str, Mapping[str, object]]:
    declared = {variable.name for variable in content.variables}
    return {
        variable.name: _declaration(variable, is_declared=variable.name in declared)
        for variable in content.all_variables()
    }


def _declaration(variable: Variable, *, is_declared: bool) -> Mapping[str, object]:
    """Return what there is to say of a variable; what is empty is left out."""
    declaration: dict[str, object] = {"type": variable.type}
    if not is_declared:
        declaration["is_declared"] = False
    if variable.description:
        declaration["description"] = variable.description
    if variable.default is not UNSET:
        declaration["default"] = variable.default
    if variable.choices:
        declaration["enum"] = list(variable.choices)
    return declaration


def _without(parameters: Mapping[str, object], names: set[str]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if name not in names}


def _only(parameters: Mapping[str, object], name: str) -> dict[str, object]:
    return {name: parameters[name]} if name in parameters else {}
