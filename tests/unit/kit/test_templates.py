"""Templates: `${cel}` in the strings of a JSON document."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.expression_errors import InvalidExpression
from services.kit.expressions import Template

SCOPE = {"input": {"n": 3, "s": "t", "none": None, "list": [1, "é"]}, "steps": {}}


@pytest.mark.parametrize(
    ("document", "rendered"),
    [
        ("${input.n}", 3),
        ("n = ${input.n}!", "n = 3!"),
        ("${input.s}${input.s}", "tt"),
        ("[${input.none}]", "[]"),
        ("${input.list}", [1, "é"]),
        ("it is ${input.list}", 'it is [1,"é"]'),
        ("${{'a': {'b': '}'}}}", {"a": {"b": "}"}}),
        ("$${input.n}", "${input.n}"),
        ("a $${x} ${input.n}", "a ${x} 3"),
        ("costs $5", "costs $5"),
        ({"a": ["${input.n}", 1, None, True]}, {"a": [3, 1, None, True]}),
        ({"${input.n}": 1}, {"${input.n}": 1}),
    ],
)
def test_a_template_renders(document: object, rendered: object) -> None:
    assert Template.parse(document).render(SCOPE) == rendered


def test_references_are_gathered_from_everywhere() -> None:
    template = Template.parse({"a": ["${input.x}"], "b": "c ${steps.one.output.text} d"})
    assert template.references() == {("input", "x"), ("steps", "one")}


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"a": ["fine", "${1 +}"]}, "variables.a[1]"),
        ({"b": {"c": "never ${input.x closed"}}, "variables.b.c"),
        ("${nope}", "variables"),
    ],
)
def test_the_path_leads_to_the_fault(document: object, path: str) -> None:
    with pytest.raises(InvalidExpression) as caught:
        Template.parse(document, path="variables")
    assert caught.value.path == path
    assert caught.value.violations[0].field == path


def test_a_document_nested_too_deep_is_refused() -> None:
    document: object = "x"
    for _ in range(80):
        document = [document]
    with pytest.raises(InvalidExpression, match="nested deeper"):
        Template.parse(document)


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(_JSON)
def test_a_document_without_expressions_is_rendered_as_it_is(document: object) -> None:
    try:
        template = Template.parse(document)
    except InvalidExpression:
        return  # the text happened to hold a `${`
    if not template.references() and "${" not in str(document):
        assert template.render({}) == document
