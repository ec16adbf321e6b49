"""Templates are filled as prompts need it, within bounds of output and work."""

from typing import Any

import pytest

from services.prompts.errors import RenderTooLarge
from services.prompts.rules.mustache import parse
from services.prompts.rules.rendering import MOST_OUTPUT_BYTES, MOST_STEPS, Renderer


def rendered(template: str, values: dict[str, Any]) -> str:
    return Renderer(values).render(parse(template))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('<b> & "c"', '<b> & "c"'),
        (3, "3"),
        (2.5, "2.5"),
        (True, "true"),
        (None, ""),
        (["a", 1], '["a",1]'),
        ({"b": 1, "a": "é"}, '{"a":"é","b":1}'),
    ],
)  # fmt: skip
def test_values_are_written_as_text_or_json(value: object, text: str) -> None:
    assert rendered("{{#box}}{{value}}{{/box}}", {"box": {"value": value}}) == text


@pytest.mark.parametrize("value", [False, None, "", []])
def test_nothing_closes_a_section(value: object) -> None:
    assert rendered("{{#a}}yes{{/a}}{{^a}}no{{/a}}", {"a": value}) == "no"


@pytest.mark.parametrize("value", [True, "x", 0, 0.0, {}, [0], [None]])
def test_something_opens_a_section(value: object) -> None:
    assert rendered("{{#a}}yes{{/a}}{{^a}}no{{/a}}", {"a": value}) == "yes"


def test_sections_repeat_over_lists_and_see_what_is_around_them() -> None:
    values = {"who": "Ann", "items": [{"name": "tea"}, {"name": "cake", "who": "Bob"}]}
    assert rendered("{{#items}}{{name}} for {{who}}. {{/items}}", values) == (
        "tea for Ann. cake for Bob. "
    )


def test_fields_that_are_printed_but_nowhere_are_gathered() -> None:
    renderer = Renderer({"items": [{"name": "tea"}, {}], "user": {}})
    text = renderer.render(
        parse("{{#items}}{{name}};{{/items}}{{user.mail}}{{#user.x}}{{/user.x}}")
    )
    assert text == "tea;;"
    assert list(renderer.missing) == ["name", "user.mail"]


def test_a_field_of_something_that_has_none_is_missing() -> None:
    renderer = Renderer({"name": "Ann"})
    assert renderer.render(parse("{{name.first}}")) == ""
    assert list(renderer.missing) == ["name.first"]


def test_output_has_a_bound_over_all_messages_of_a_prompt() -> None:
    half = "é" * (MOST_OUTPUT_BYTES // 4)
    renderer = Renderer({"a": half})
    assert len(renderer.render(parse("{{a}}")).encode()) == MOST_OUTPUT_BYTES // 2
    assert renderer.render(parse("{{a}}")) == half
    with pytest.raises(RenderTooLarge):
        renderer.render(parse("!"))


def test_output_is_cut_off_before_it_fills_the_memory() -> None:
    values = {"rows": list(range(50_000)), "text": "x" * 100_000}
    with pytest.raises(RenderTooLarge):
        rendered("{{#rows}}{{text}}{{/rows}}", values)


def test_work_has_a_bound_even_when_nothing_is_printed() -> None:
    values = {"a": list(range(1_000))}
    with pytest.raises(RenderTooLarge) as raised:
        rendered("{{#a}}{{#a}}{{#a}}{{/a}}{{/a}}{{/a}}", values)
    assert f"{MOST_STEPS:,}" in raised.value.message
