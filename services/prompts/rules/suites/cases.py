"""Tests of a suite: read, put together with `defaultTest`, and multiplied by their variables."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, product
from math import prod
from typing import Any, Final

from services.prompts.rules.assertions.model import Assertion, AssertionSet
from services.prompts.rules.assertions.transforms import problem_of_transform
from services.prompts.rules.assertions.yaml_documents import Node
from services.prompts.rules.suites.assertion_fields import Known, never, read_assertions
from services.prompts.rules.suites.fields import Fields, Problems

_TRANSFORMS: Final = ("transform", "postprocess")
_SCORING: Final = "code does not run in the platform: use weight, threshold and metric"
_TRANSFORM_VARS: Final = "variables are not transformed: write them as they are to be"


@dataclass(frozen=True)
class TestCase:
    """One test with one combination of its variables. `path` and `line` say where it stands."""

    __test__ = False  # no test of ours, whatever pytest makes of its name

    path: str
    line: int
    description: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    assertions: tuple[Assertion | AssertionSet, ...] = ()
    threshold: float | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    prompts: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()
    provider: Any = None
    provider_output: Any = None


def read_case(node: Node, path: str, problems: Problems, known: Known) -> TestCase:
    """Read one test, of whatever list."""
    fields = Fields(node, path, problems)
    fields.refuse([("assertScoringFunction", _SCORING)])
    output, provider = fields.take("providerOutput"), fields.take("provider")
    case = TestCase(
        path,
        node.line,
        fields.text("description"),
        dict(_variables(fields, known)),
        read_assertions(fields, problems, known),
        fields.number("threshold"),
        _options(fields, problems),
        fields.plain("metadata"),
        fields.texts("prompts"),
        fields.texts("providers"),
        provider.plain() if provider else None,
        output.plain() if output else None,
    )
    fields.close()
    return case


def combined(case: TestCase, default: TestCase) -> TestCase:
    """Put a test upon what holds for all of them."""
    is_alone = case.options.get("disableDefaultAsserts") is True
    return replace(
        case,
        variables={**default.variables, **case.variables},
        assertions=(() if is_alone else default.assertions) + case.assertions,
        threshold=default.threshold if case.threshold is None else case.threshold,
        options={**default.options, **case.options},
        metadata={**default.metadata, **case.metadata},
        prompts=case.prompts or default.prompts,
        providers=case.providers or default.providers,
        provider=case.provider or default.provider,
        provider_output=(
            default.provider_output if case.provider_output is None else case.provider_output
        ),
    )


def count(case: TestCase) -> int:
    """Return how many cases the lists among a test's variables make of it."""
    return prod(len(values) for values in _choices(case).values())


def expanded(case: TestCase, most: int) -> Iterator[TestCase]:
    """Return a case for each combination, the last variable changing first; at most so many."""
    choices = _choices(case)
    for values in islice(product(*choices.values()), most):
        yield replace(case, variables=dict(zip(choices, values, strict=True)))


def _choices(case: TestCase) -> dict[str, list[Any]]:
    """Return variable -> its values: more than one only for a list that begins with a text."""
    is_fixed = case.options.get("disableVarExpansion") is True
    return {
        name: value
        if isinstance(value, list) and value and isinstance(value[0], str) and not is_fixed
        else [value]
        for name, value in case.variables.items()
    }


def _variables(fields: Fields, known: Known) -> Iterator[tuple[str, Any]]:
    node = fields.take("vars")
    if node is None:
        return
    if not isinstance(node.value, dict):
        message = "must be an object of variables: a file of variables is not opened"
        fields.wrong("vars", node, message)
        return
    for name, value in node.value.items():
        plain = value.plain()
        if isinstance(plain, str) and plain.startswith("file://"):
            plain = known.file(plain, plain)
        if isinstance(plain, str):
            for message in never(plain):
                fields.wrong(f"vars.{name}", value, message)
        if plain is None:
            fields.wrong(f"vars.{name}", value, "must not be null")
        yield name, plain


def _options(fields: Fields, problems: Problems) -> dict[str, Any]:
    node = fields.take("options")
    if node is None:
        return {}
    options = Fields(node, fields.at("options"), problems)
    options.refuse([("transformVars", _TRANSFORM_VARS)])
    read = {}
    for name in _TRANSFORMS:
        source = options.text(name)
        if source:
            wrong = problem_of_transform(source)
            if wrong:
                options.wrong(name, node, wrong)
            # `postprocess` is its older name.
            read["transform"] = source
    return {name: value.plain() for name, value in options.rest().items()} | read
