"""Reads a whole suite: prompts, providers, and the cases that its tests come to."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from services.prompts.rules.assertions.yaml_documents import Limits, Node, YamlInvalid, read
from services.prompts.rules.suites.assertion_fields import Known
from services.prompts.rules.suites.cases import TestCase, combined, count, expanded, read_case
from services.prompts.rules.suites.fields import Fields, Problem, Problems
from services.prompts.rules.suites.sources import (
    SuitePrompt,
    read_prompts,
    read_providers,
    read_tests,
)

MOST_CHARACTERS: Final = 1_000_000
MOST_CASES: Final = 1_000
# UTF-8 bytes of all cases as JSON: what one answer can carry.
MOST_CASE_BYTES: Final = 2_000_000
LIMITS: Final = Limits(characters=MOST_CHARACTERS, nodes=100_000, depth=40)
_IGNORED: Final = (
    "$schema", "tags", "outputPath", "sharing", "env", "commandLineOptions", "evaluateOptions",
    "writeLatestResults", "derivedMetrics", "tracing", "metadata",
)  # fmt: skip
_REFUSED: Final = (
    ("extensions", "code does not run in the platform"),
    ("nunjucksFilters", "code does not run in the platform: prepare values with `transform`"),
    ("redteam", "attacks are not generated here: write them as tests"),
)


@dataclass(frozen=True)
class Suite:
    """A suite that was read. With an error among the problems it has no cases."""

    description: str = ""
    prompts: tuple[SuitePrompt, ...] = ()
    providers: tuple[Any, ...] = ()
    cases: tuple[TestCase, ...] = ()
    problems: tuple[Problem, ...] = ()
    has_more_problems: bool = False


def parse_suite(text: str, files: Mapping[str, str]) -> Suite:
    """Read a suite; `files` are the texts that its `file://name` refer to, by name."""
    problems = Problems()
    try:
        root = read(text, LIMITS)
    except YamlInvalid as error:
        return Suite(problems=(Problem("", error.message, error.line, error.column),))
    fields = Fields(root, "", problems)
    fields.refuse(_REFUSED)
    fields.ignore(_IGNORED)
    known = Known(_templates(fields), files)
    suite = Suite(
        fields.text("description"),
        tuple(read_prompts(fields, known)),
        tuple(read_providers(fields)),
    )
    cases = tuple(_cases(fields, problems, known))
    fields.close()
    _weigh(cases, root, problems)
    return Suite(
        suite.description,
        suite.prompts,
        suite.providers,
        () if problems.has_error else cases,
        tuple(problems.found),
        problems.is_cut,
    )


def _templates(fields: Fields) -> dict[str, Node]:
    node = fields.take("assertionTemplates")
    return node.value if node and isinstance(node.value, dict) else {}


def _cases(fields: Fields, problems: Problems, known: Known) -> Iterator[TestCase]:
    default = TestCase("defaultTest", 1)
    node = fields.take("defaultTest")
    if node:
        default = read_case(node, "defaultTest", problems, known)
    left = MOST_CASES
    for case in _tests(fields, problems, known):
        whole = combined(case, default)
        left -= count(whole)
        if left < 0:
            place = Node(None, case.line, 1)
            problems.add(case.path, place, f"the tests come to more than {MOST_CASES:,} cases")
            return
        yield from expanded(whole, MOST_CASES)


def _tests(fields: Fields, problems: Problems, known: Known) -> Iterator[TestCase]:
    for path, node in read_tests(fields, problems, known):
        yield read_case(node, path, problems, known)
    for path, node in fields.items("scenarios"):
        scenario = Fields(node, path, problems)
        scenario.text("description")
        configs = [
            read_case(config, at, problems, known) for at, config in scenario.items("config")
        ]
        tests = [read_case(test, at, problems, known) for at, test in scenario.items("tests")]
        scenario.close()
        for config in configs[:MOST_CASES]:
            for test in tests[:MOST_CASES]:
                yield combined(test, config)


def _weigh(cases: tuple[TestCase, ...], root: Node, problems: Problems) -> None:
    """Refuse what would not fit into one answer."""
    weight = 0
    for case in cases:
        document: list[Any] = [dict(case.variables), [one.document() for one in case.assertions]]
        document += [dict(case.options), dict(case.metadata), case.provider, case.provider_output]
        weight += len(json.dumps(document, ensure_ascii=False).encode())
        if weight > MOST_CASE_BYTES:
            message = f"the cases have more than {MOST_CASE_BYTES:,} bytes in all"
            problems.add(case.path, root, message)
            return
