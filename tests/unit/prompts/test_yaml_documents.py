"""YAML with places and bounds."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.assertions.yaml_documents import Limits, YamlInvalid, load, read
from services.prompts.rules.suites.suite import LIMITS

SMALL = Limits(characters=10_000, nodes=1_000, depth=10)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", "yes"),
        ("on: off", {"on": "off"}),
        ("[true, False, null, ~, '']", [True, False, None, None, ""]),
        ("[1, -2, 010, 0o17, 0x1F, 1e3, .5, 1.]", [1, -2, 10, 15, 31, 1000.0, 0.5, 1.0]),
        ("['1', \"true\", !!str 5]", ["1", "true", "5"]),
        ("2026-11-24", "2026-11-24"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        ("{1: a, true: b, null: c}", {"1": "a", "true": "b", "null": "c"}),
        ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}),
        ("|-\n  two\n  lines", "two\nlines"),
        ("9007199254740993", 9007199254740992.0),
        ("", None),
        ("# nothing", None),
    ],
)
def test_values_are_those_of_the_core_schema(text: str, value: Any) -> None:
    assert load(text, SMALL) == value


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a: 1\nb: [", "did not find expected node content", 3, 1),
        ("a: 1\na: 2", "stands twice", 2, 1),
        ("a: *b", "not defined", 1, 4),
        ("a: &a [*a]", "not defined", 1, 8),
        ("a: !js/function x", "tag", 1, 4),
        ("a: !!python/object/apply:os.system [ls]", "tag", 1, 4),
        ("a\n---\nb", "second document", 3, 1),
        ("? [a]\n: b", "key must be a text", 1, 5),
        ("a: .inf", "no number", 1, 4),
        ("a: 1e999", "too large", 1, 4),
        ("a: \t@", "cannot start any token", 1, 5),
        ("<<: 5", "takes objects", 1, 5),
    ],
)
def test_what_is_wrong_has_its_line_and_column(
    text: str, message: str, line: int, column: int
) -> None:
    with pytest.raises(YamlInvalid, match=message) as caught:
        load(text, SMALL)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_a_billion_laughs_are_refused_at_once() -> None:
    lines = ["a0: &a0 lol"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    with pytest.raises(YamlInvalid, match="more than 100,000 values"):
        read("\n".join(lines), LIMITS)


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000])
def test_depth_is_bounded(text: str) -> None:
    with pytest.raises(YamlInvalid, match="deeper than 40 levels"):
        read(text, LIMITS)


def test_aliases_do_not_deepen_beyond_the_bound() -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60)]
    with pytest.raises(YamlInvalid, match="deeper than 40 levels"):
        read("\n".join(lines), LIMITS)


def test_a_text_that_is_too_long_is_not_read() -> None:
    with pytest.raises(YamlInvalid, match="has 10,001 characters, the most is 10,000"):
        load("x" * 10_001, SMALL)


def test_a_node_knows_where_it_stands() -> None:
    tests = read("tests:\n  - vars:\n      name: Ana\n", SMALL).value["tests"]
    name = tests.value[0].value["vars"].value["name"]
    assert (name.value, name.line, name.column) == ("Ana", 3, 13)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), max_size=300))
def test_any_text_is_a_document_that_json_can_carry_or_refused(text: str) -> None:
    try:
        document = load(text, SMALL)
    except YamlInvalid:
        return
    assert load(json.dumps(document, ensure_ascii=False), SMALL) == document
