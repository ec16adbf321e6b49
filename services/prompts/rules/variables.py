"""Variables: what a version declares, and whether given values fit."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.prompts.errors import VariablesInvalid
from services.prompts.rules.documents import DocumentError, canonical, is_same, parse
from services.prompts.rules.violations import Violations

MOST_VARIABLES: Final = 100
MOST_DESCRIPTION: Final = 500
MOST_CHOICES: Final = 100
MOST_JSON_BYTES: Final = 100_000
MOST_VALUES_BYTES: Final = 1_000_000

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}\Z")


class VariableType(StrEnum):
    """What a variable's values are, in JSON's terms."""

    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    LIST = "list"
    OBJECT = "object"


class Unset:
    """The default of a variable that has none: None is JSON's null."""


UNSET: Final = Unset()


@dataclass(frozen=True, slots=True)
class Variable:
    """A checked declaration. `default` and `choices` are JSON values of its type."""

    name: str
    type: VariableType = VariableType.STRING
    description: str = ""
    default: object = UNSET
    choices: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class VariableDraft:
    """A declaration as a caller gives it: JSON still as text; empty text: no default."""

    name: str
    type: VariableType = VariableType.STRING
    description: str = ""
    default_json: str = ""
    enum_json: tuple[str, ...] = ()


def is_variable_name(text: str) -> bool:
    """Tell whether a variable can have this name."""
    return _NAME.match(text) is not None


def check_variables(
    drafts: Sequence[VariableDraft], field: str, violations: Violations
) -> tuple[Variable, ...]:
    """Check declarations, noting every fault as `field[n].member`."""
    if len(drafts) > MOST_VARIABLES:
        violations.add(
            field, f"at most {MOST_VARIABLES} variables can be declared, not {len(drafts)}"
        )
        return ()
    seen: set[str] = set()
    checked = []
    for index, draft in enumerate(drafts):
        at = f"{field}[{index}]"
        if not is_variable_name(draft.name):
            violations.add(
                f"{at}.name",
                "must be 1..64 letters, digits or underscores, not starting with a digit",
            )
        if draft.name in seen:
            violations.add(f"{at}.name", f"{draft.name} is declared twice")
        seen.add(draft.name)
        checked.append(_check_variable(draft, at, violations))
    return tuple(checked)


def _check_variable(draft: VariableDraft, at: str, violations: Violations) -> Variable:
    violations.add_text(f"{at}.description", draft.description, most=MOST_DESCRIPTION)
    if len(draft.enum_json) > MOST_CHOICES:
        violations.add(f"{at}.enum", f"at most {MOST_CHOICES} values can be listed")
    choices = []
    for number, text in enumerate(draft.enum_json[:MOST_CHOICES]):
        choice = _read(text, draft.type, f"{at}.enum[{number}]", violations)
        if choice is not UNSET:
            choices.append(choice)
    default: object = UNSET
    if draft.default_json:
        default = _read(draft.default_json, draft.type, f"{at}.default", violations)
    variable = Variable(draft.name, draft.type, draft.description, default, tuple(choices))
    if default is not UNSET and not _is_choice(variable, default):
        violations.add(f"{at}.default", f"must be one of {_listed(variable.choices)}")
    return variable


def _read(text: str, type_: VariableType, field: str, violations: Violations) -> object:
    try:
        value = parse(text, most=MOST_JSON_BYTES)
    except DocumentError as problem:
        violations.add(field, str(problem))
        return UNSET
    fitted = _fit(value, type_)
    if fitted is UNSET:
        violations.add(field, f"must be {_an(type_)}, not {_kind(value)}")
    return fitted


def read_values(text: str) -> Mapping[str, object]:
    """Read the variables of a call: a JSON object of at most 1 MB; empty text: an empty one."""
    if not text:
        return {}
    try:
        value = parse(text, most=MOST_VALUES_BYTES)
    except DocumentError as problem:
        raise VariablesInvalid.of_field("variables", str(problem)) from problem
    if not isinstance(value, dict):
        raise VariablesInvalid.of_field("variables", "must be a JSON object: variable → value")
    return value


def bind(variables: Iterable[Variable], values: Mapping[str, object]) -> dict[str, object]:
    """Fit given values to variables, defaults filled in; null counts as not given.

    Raises VariablesInvalid with a violation `variables.<name>` for each that is missing, unknown
    or wrong.
    """
    violations = Violations()
    bound: dict[str, object] = {}
    known = {variable.name: variable for variable in variables}
    for name, variable in known.items():
        value = values.get(name)
        if value is None:
            if variable.default is UNSET:
                violations.add(f"variables.{name}", f"is missing: {_an(variable.type)} is required")
            bound[name] = variable.default
            continue
        bound[name] = fitted = _fit(value, variable.type)
        if fitted is UNSET:
            violations.add(f"variables.{name}", f"must be {_an(variable.type)}, not {_kind(value)}")
        elif not _is_choice(variable, fitted):
            violations.add(f"variables.{name}", f"must be one of {_listed(variable.choices)}")
    for name in values.keys() - known.keys():
        listed = ", ".join(sorted(known)) or "none"
        violations.add(f"variables.{name}", f"is not a variable of this prompt; it has: {listed}")
    violations.raise_as(VariablesInvalid)
    return bound


def _fit(value: object, type_: VariableType) -> object:
    """Return the value as the type has it (2.0 is the integer 2), or UNSET when it does not fit."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    match type_:
        case VariableType.STRING:
            fits = isinstance(value, str)
        case VariableType.NUMBER:
            fits = is_number
        case VariableType.INTEGER:
            # Past 2^53 a double no longer says which integer was meant.
            if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
                return int(value)
            fits = is_number and not isinstance(value, float)
        case VariableType.BOOLEAN:
            fits = isinstance(value, bool)
        case VariableType.LIST:
            fits = isinstance(value, list)
        case VariableType.OBJECT:
            fits = isinstance(value, dict)
    return value if fits else UNSET


def _is_choice(variable: Variable, value: object) -> bool:
    return not variable.choices or any(is_same(value, choice) for choice in variable.choices)


def _listed(choices: Iterable[object]) -> str:
    return ", ".join(canonical(choice).decode() for choice in choices)


def _an(type_: VariableType) -> str:
    article = "an" if type_ in (VariableType.INTEGER, VariableType.OBJECT) else "a"
    return f"{article} {type_.value}"


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case int() | float():
            return "a number"
        case list():
            return "a list"
        case _:
            return "an object"
