"""Reads assertions: each type known, each value of the form that its type takes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from services.prompts.rules.assertions.case import AssertionFailed
from services.prompts.rules.assertions.lists import ListInvalid, listed
from services.prompts.rules.assertions.measures import number_of
from services.prompts.rules.assertions.model import Assertion, AssertionSet
from services.prompts.rules.assertions.patterns import PatternInvalid, compiled
from services.prompts.rules.assertions.placeholders import problem_of
from services.prompts.rules.assertions.sql import DIALECTS
from services.prompts.rules.assertions.transforms import problem_of_transform
from services.prompts.rules.assertions.types import (
    ASSERT_SET,
    KINDS,
    NEGATABLE_NOT,
    REFUSED,
    Kind,
    Need,
    Shape,
)
from services.prompts.rules.assertions.yaml_documents import Node
from services.prompts.rules.suites.fields import Fields, Problems

_NOT: Final = "not-"
_REFERENCE: Final = "#/assertionTemplates/"
_METEOR: Final = ("alpha", "beta", "gamma")
_NEVER: Final = {
    "file://": "no file is opened: write the value itself, or give the file beside the suite",
    "package:": "no package is loaded: write the value itself",
    "exec:": "no program is run: write the value itself",
}


@dataclass(frozen=True)
class Known:
    """What assertions may refer to."""

    templates: Mapping[str, Node] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def file(self, reference: str, default: Any) -> Any:
        """Return the text of a file given beside the suite: `file://name` or `name`."""
        name = reference.removeprefix("file://").removeprefix("./")
        return self.files.get(name, default)


def read_assertions(
    owner: Fields,
    problems: Problems,
    known: Known,
    *,
    name: str = "assert",
    is_inside: bool = False,
) -> tuple[Assertion | AssertionSet, ...]:
    """Read the field `assert` of a test, of `defaultTest` or of a set; or one called otherwise."""
    found = (
        _assertion(node, path, problems, known, is_inside=is_inside)
        for path, node in owner.items(name)
    )
    return tuple(one for one in found if one)


def _assertion(
    node: Node, path: str, problems: Problems, known: Known, *, is_inside: bool
) -> Assertion | AssertionSet | None:
    fields = Fields(node, path, problems)
    if not isinstance(node.value, dict):
        return None
    reference = fields.take("$ref")
    if reference:
        name = str(reference.value).removeprefix(_REFERENCE)
        template = known.templates.get(name)
        if template is None or not str(reference.value).startswith(_REFERENCE):
            fields.wrong("$ref", reference, f"must be {_REFERENCE} and the name of a template")
            return None
        fields.close()
        return _assertion(template, path, problems, Known(files=known.files), is_inside=is_inside)
    name = fields.text("type")
    if name == ASSERT_SET:
        return _set(fields, problems, known, is_inside=is_inside)
    kind = _kind(fields, name)
    return _read(fields, kind, known, is_inverse=name.startswith(_NOT)) if kind else None


def _set(
    fields: Fields, problems: Problems, known: Known, *, is_inside: bool
) -> AssertionSet | None:
    if is_inside:
        fields.wrong("type", fields.node, "a set cannot stand in a set")
        return None
    members = read_assertions(fields, problems, known, is_inside=True)
    if not members:
        fields.wrong("assert", fields.node, "a set needs assertions")
    group = AssertionSet(
        fields.path,
        tuple(one for one in members if isinstance(one, Assertion)),
        fields.number("threshold"),
        _weight(fields),
        fields.text("metric"),
    )
    fields.ignore(["config"])
    fields.close()
    return group


def _kind(fields: Fields, name: str) -> Kind | None:
    base = name.removeprefix(_NOT)
    if base in REFUSED:
        fields.wrong("type", fields.node, f"{base} is not run: {REFUSED[base].instead}")
    elif base not in KINDS or (name != base and base in NEGATABLE_NOT):
        message = f"{name[:60]} is no type of assertion" if name else "is missing"
        fields.wrong("type", fields.node, message)
    else:
        return KINDS[base]
    return None


def _read(fields: Fields, kind: Kind, known: Known, *, is_inverse: bool) -> Assertion:
    value = fields.take("value")
    plain = _file(value, known) if value else None
    threshold = fields.number("threshold")
    if kind.needs_threshold and threshold is None:
        fields.wrong("threshold", fields.node, f"{kind.name} needs a threshold")
    for message in _value_problems(kind, plain):
        fields.wrong("value", value or fields.node, message)
    transform = fields.text("transform")
    if transform:
        wrong = problem_of_transform(transform)
        if wrong:
            fields.wrong("transform", fields.node, wrong)
    config = fields.plain("config")
    if kind.name == "meteor":
        given = {name: fields.number(name) for name in _METEOR}
        config |= {name: number for name, number in given.items() if number is not None}
    grading = {
        name: node.plain()
        for name in ("provider", "rubricPrompt", "contextTransform")
        if (node := fields.take(name))
    }
    one = Assertion(
        fields.path,
        kind.name,
        is_inverse,
        plain,
        threshold,
        _weight(fields),
        fields.text("metric"),
        transform,
        config,
        grading,
    )
    fields.close()
    return one


def _weight(fields: Fields) -> float:
    weight = fields.number("weight", least=0)
    return 1 if weight is None else weight


def _file(value: Node, known: Known) -> Any:
    """Return a value; the text of a file that is given, where it refers to one."""
    plain = value.plain()
    if isinstance(plain, str) and plain.startswith("file://"):
        return known.file(plain, plain)
    return plain


def _value_problems(kind: Kind, value: Any) -> Iterator[str]:
    if kind.need is not Need.OUTPUT:
        return
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            yield from never(text)
            wrong = problem_of(text)
            if wrong:
                yield wrong
    if not _FITS[kind.shape](value):
        yield f"{kind.name} takes {kind.shape.value}"
    elif isinstance(value, str) and "{{" not in value:
        yield from _form_problems(kind, value)


def _form_problems(kind: Kind, value: str) -> Iterator[str]:
    try:
        if kind.shape is Shape.PATTERN:
            compiled(value)
        elif kind.shape is Shape.LIST:
            listed(value)
    except (PatternInvalid, ListInvalid) as error:
        yield f"{kind.name}: {error}"


def never(text: str) -> Iterator[str]:
    """Return why a text that refers to something outside is refused."""
    return (message for start, message in _NEVER.items() if text.startswith(start))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_count(value: Any) -> bool:
    if isinstance(value, dict):
        least, most = value.get("min"), value.get("max")
        given = [one for one in (least, most) if one is not None]
        return bool(given) and all(map(_is_number, given)) and given == sorted(given)
    if isinstance(value, str) and "{{" in value:
        return True
    try:
        number_of(value)
    except AssertionFailed:
        return False
    return True


def _is_sql(value: Any) -> bool:
    if not value:
        return True
    if not isinstance(value, dict):
        return False
    lists = (value.get(name) for name in ("allowedTables", "allowedColumns"))
    return str(value.get("databaseType") or "mysql").lower() in DIALECTS and all(
        one is None or (isinstance(one, list) and all(isinstance(item, str) for item in one))
        for one in lists
    )


def _are_paths(value: Any) -> bool:
    if isinstance(value, dict) and value:
        value = value.get("requiredElements")
        return isinstance(value, list)
    return not value or isinstance(value, str | list)


_FITS: Final = {
    Shape.NOTHING: lambda _: True,
    Shape.ANYTHING: lambda value: value is not None,
    Shape.WORD: lambda value: _is_text(value) or _is_number(value),
    Shape.TEXT: _is_text,
    Shape.PATTERN: _is_text,
    Shape.STRING: lambda value: isinstance(value, str),
    Shape.TEXTS: lambda value: (
        isinstance(value, str)
        or (isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value))
    ),
    Shape.LIST: lambda value: _is_text(value) or (isinstance(value, list) and bool(value)),
    Shape.SCHEMA: lambda value: value is None or isinstance(value, str | dict | bool),
    Shape.SQL: _is_sql,
    Shape.PATHS: _are_paths,
    Shape.COUNT: _is_count,
}
