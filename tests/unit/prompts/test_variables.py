"""Variables: what may be declared, and which values fit; everything at fault is said at once."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.errors import VariablesInvalid
from services.prompts.rules.variables import (
    Variable,
    VariableDraft,
    VariableType,
    bind,
    check_variables,
    read_values,
)
from services.prompts.rules.violations import Violations
from tests.unit.prompts.violations import found_in

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)
VALUES: dict[VariableType, list[Any]] = {
    VariableType.STRING: ["", "text"],
    VariableType.NUMBER: [0, -1, 1.5],
    VariableType.INTEGER: [0, 7, 7.0],
    VariableType.BOOLEAN: [True, False],
    VariableType.LIST: [[], [1, "a"]],
    VariableType.OBJECT: [{}, {"a": 1}],
}


def faults(*drafts: VariableDraft) -> dict[str, str]:
    violations = Violations()
    check_variables(drafts, "variables", violations)
    return found_in(violations)


def refused(variables: list[Variable], values: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(VariablesInvalid) as raised:
        bind(variables, values)
    return {one.field: one.description for one in raised.value.violations}


def fits(type_: VariableType, value: object) -> bool:
    """Tell by JSON Schema's words whether the value is of the type: another way to the same end."""
    kinds: dict[VariableType, tuple[type, ...]] = {
        VariableType.STRING: (str,),
        VariableType.NUMBER: (int, float),
        VariableType.INTEGER: (int,),
        VariableType.BOOLEAN: (bool,),
        VariableType.LIST: (list,),
        VariableType.OBJECT: (dict,),
    }
    return type(value) in kinds[type_]


def test_a_good_declaration_is_kept_as_it_is() -> None:
    violations = Violations()
    draft = VariableDraft("depth", VariableType.STRING, "How deep", '"low"', ('"low"', '"high"'))
    (variable,) = check_variables([draft], "variables", violations)
    assert not violations
    assert variable == Variable("depth", VariableType.STRING, "How deep", "low", ("low", "high"))


@pytest.mark.parametrize("name", ["", "1st", "a-b", "a.b", "ä", "n" * 65, "a\n"])
def test_names_are_those_of_the_contract(name: str) -> None:
    assert list(faults(VariableDraft(name))) == ["variables[0].name"]


def test_a_name_is_declared_once() -> None:
    assert "declared twice" in faults(VariableDraft("a"), VariableDraft("a"))["variables[1].name"]


@pytest.mark.parametrize(
    ("draft", "field", "words"),
    [
        (VariableDraft("a", default_json="{"), "default", "not valid JSON"),
        (VariableDraft("a", default_json="1"), "default", "must be a string, not a number"),
        (VariableDraft("a", VariableType.NUMBER, default_json="true"), "default", "a boolean"),
        (VariableDraft("a", default_json="null"), "default", "not null"),
        (VariableDraft("a", enum_json=('"x"', "[]")), "enum[1]", "not a list"),
        (VariableDraft("a", enum_json=('"x"',), default_json='"y"'), "default", 'one of "x"'),
        (VariableDraft("a", enum_json=('"x"',) * 101), "enum", "at most 100"),
        (VariableDraft("a", description="d" * 501), "description", "at most 500"),
    ],
)
def test_declarations_are_checked(draft: VariableDraft, field: str, words: str) -> None:
    found = faults(draft)
    assert list(found) == [f"variables[0].{field}"]
    assert words in found[f"variables[0].{field}"]


def test_at_most_a_hundred_are_declared() -> None:
    assert "variables" in faults(*(VariableDraft(f"v{number}") for number in range(101)))


@pytest.mark.parametrize("type_", VariableType)
def test_values_of_the_type_fit_and_others_do_not(type_: VariableType) -> None:
    variable = Variable("a", type_)
    for value in VALUES[type_]:
        assert bind([variable], {"a": value}) == {"a": value}
    others = [one for other, values in VALUES.items() if other is not type_ for one in values]
    numbers = (VariableType.NUMBER, VariableType.INTEGER)
    for value in others:
        if type_ in numbers and isinstance(value, int | float) and not isinstance(value, bool):
            continue
        assert "variables.a" in refused([variable], {"a": value})


def test_an_integer_may_be_written_with_a_zero_fraction_only() -> None:
    bound = bind([Variable("a", VariableType.INTEGER)], {"a": 3.0})
    assert json.dumps(bound) == '{"a": 3}'
    assert "a number" in refused([Variable("a", VariableType.INTEGER)], {"a": 3.5})["variables.a"]
    assert "variables.a" in refused([Variable("a", VariableType.INTEGER)], {"a": 1e300})


def test_defaults_fill_in_and_null_counts_as_not_given() -> None:
    variables = [Variable("a", default="x"), Variable("b", VariableType.LIST, default=[])]
    assert bind(variables, {"a": None}) == {"a": "x", "b": []}


def test_everything_missing_unknown_or_wrong_is_said_at_once() -> None:
    variables = [
        Variable("missing"),
        Variable("wrong", VariableType.BOOLEAN),
        Variable("choice", choices=("a", "b")),
        Variable("fine"),
    ]
    found = refused(variables, {"wrong": "yes", "choice": "c", "fine": "x", "stray": 1, "s2": 2})
    assert set(found) == {
        "variables.missing",
        "variables.wrong",
        "variables.choice",
        "variables.stray",
        "variables.s2",
    }
    assert found["variables.missing"] == "is missing: a string is required"
    assert found["variables.wrong"] == "must be a boolean, not a string"
    assert found["variables.choice"] == 'must be one of "a", "b"'
    assert "choice, fine, missing, wrong" in found["variables.stray"]


def test_a_choice_is_compared_as_json_compares() -> None:
    numbers = Variable("a", VariableType.NUMBER, choices=(1, 2.5))
    assert bind([numbers], {"a": 1.0}) == {"a": 1.0}
    objects = Variable("a", VariableType.OBJECT, choices=({"x": 1, "y": 2},))
    assert bind([objects], {"a": {"y": 2, "x": 1}})
    nested = Variable("a", VariableType.LIST, choices=([1],))
    assert "variables.a" in refused([nested], {"a": [True]})


@pytest.mark.parametrize("text", ["[]", "1", "null", "{", '{"a": NaN}', "{}" + " " * 1_000_000])
def test_only_a_json_object_of_bounded_size_is_read(text: str) -> None:
    with pytest.raises(VariablesInvalid) as raised:
        read_values(text)
    assert [one.field for one in raised.value.violations] == ["variables"]


def test_no_text_is_no_variables() -> None:
    assert read_values("") == {}


@given(st.sampled_from(VariableType), JSON)
def test_any_value_is_taken_or_refused_by_name(type_: VariableType, value: Any) -> None:
    variables = [Variable("a", type_)]
    if value is not None and fits(type_, value):
        assert bind(variables, {"a": value}) == {"a": value}
    else:
        assert list(refused(variables, {"a": value})) == ["variables.a"]
