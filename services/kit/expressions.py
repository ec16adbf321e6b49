"""Expressions of pipelines: CEL (cel.dev), bounded in time and memory, and `${…}` templates of it.

In scope are `input`, `steps.<id>.output`, `steps.<id>.state` and `run.id`. `steps` is always
followed by a step's id, so that what an expression depends on is known before it runs. Facts of the
library to know: `text.size()` counts UTF-8 bytes, integers beyond 64 bits become doubles, and no
operator mixes int and double except comparisons.

Bounds: the text is at most 4,096 characters. Without comprehension macros and `matches` the work is
at most (number of names) x (size of the data that they name): while that product is small the
expression runs in process (about 10 microseconds), else, and always with macros or `matches`, it
runs in `expression_sandbox`: a child process with 512 MB and 2 s. Results are at most 1 MB of JSON,
64 levels deep.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Self

from services.kit import expression_sandbox
from services.kit.expression_child import cel
from services.kit.expression_errors import ExpressionFailed, InvalidExpression, readable
from services.kit.expression_references import (
    ROOTS,
    Reference,
    bound_names,
    find,
    has_macro,
    references,
)
from services.kit.expression_tokens import Token, closing_brace, tokens
from services.kit.expression_values import MAX_DEPTH, MAX_RESULT_BYTES, as_json, weighs_at_most

MAX_LENGTH: Final = 4_096
FUNCTIONS: Final = frozenset(
    (  # noqa: SIM905 - a list of names reads best as a list of names
        "bytes contains double duration dyn endsWith has hasValue int matches none of or orValue "
        "ofNonZeroValue size startsWith string timestamp type uint value getDate getDayOfMonth "
        "getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds getMinutes getMonth "
        "getSeconds exists exists_one existsOne all filter map"
    ).split()
)
# Names x weight of the data (see `weighs_at_most`) that still runs in process: milliseconds.
_CHEAP: Final = 1_000_000
_POSITION: Final = re.compile(r"<input>:(\d+):(\d+): ?(.*)")

Scope = Mapping[str, Any]
# What `evaluate_if_cheap` returns for an expression that it did not evaluate.
NOT_CHEAP: Final = object()


class Expression:
    """A compiled expression: immutable, shared, safe between threads."""

    __slots__ = ("_names", "_program", "_references", "is_bounded", "source")

    def __init__(self, source: str) -> None:
        """Compile; raise InvalidExpression. `compile_expression` keeps what it compiled."""
        self.source = source
        if not source.strip():
            raise InvalidExpression("is empty", source=source)
        if len(source) > MAX_LENGTH:
            raise InvalidExpression(f"is longer than {MAX_LENGTH:,} characters", source=source)
        self._program = _compile(source)
        parts = list(tokens(source))
        bound = bound_names(parts, source)
        self._references = frozenset(references(parts, source))
        self._check_names(bound, parts)
        functions = set(self._program.functions())
        # What can do more work than its text says: see the module.
        self.is_bounded = not (functions & {"matches"} or bound or has_macro(parts))
        self._names = max(1, sum(part.kind == "name" for part in parts))

    def references(self) -> frozenset[Reference]:
        """Return what it needs: ("steps", id), ("input", name) or ("input", "") for all of it."""
        return self._references

    def is_cheap(self, scope: Scope) -> bool:
        """Tell whether `evaluate` takes some milliseconds at most; if not, call it in a thread."""
        return self.is_bounded and weighs_at_most(self._pruned(scope), _CHEAP // self._names)

    def evaluate_if_cheap(self, scope: Scope) -> Any:
        """Return the JSON value like `evaluate`; NOT_CHEAP where `is_cheap` says no."""
        if self.is_bounded:
            data = self._pruned(scope)
            if weighs_at_most(data, _CHEAP // self._names):
                return as_json(self._execute(data), self.source)
        return NOT_CHEAP

    def evaluate(self, scope: Scope) -> Any:
        """Return the JSON value; raise ExpressionFailed. Blocks for 3 s at most: see `is_cheap`."""
        data = self._pruned(scope)
        if not self.is_bounded or not weighs_at_most(data, _CHEAP // self._names):
            try:
                with expression_sandbox.shared() as sandbox:
                    limit = 4 * MAX_RESULT_BYTES
                    value = sandbox.evaluate(self.source, data, limit_bytes=limit)
            except expression_sandbox.SandboxError as error:
                raise ExpressionFailed(readable(str(error)), source=self.source) from None
        else:
            value = self._execute(data)
        return as_json(value, self.source)

    def _execute(self, data: dict[str, Any]) -> Any:
        try:
            return self._program.execute(data)
        except Exception as error:  # noqa: BLE001 - the library raises a dozen kinds
            raise ExpressionFailed(
                readable(f"{type(error).__name__}: {error}"), source=self.source
            ) from None
        except BaseException as error:
            if (
                type(error).__name__ != "PanicException"
            ):  # a panic of the Rust library is not an Exception
                raise
            raise ExpressionFailed("cannot be evaluated", source=self.source) from None

    def _pruned(self, scope: Scope) -> dict[str, Any]:
        """Keep what it refers to, so that the cost is that of the data it uses."""
        data: dict[str, Any] = {}
        for root, name in self._references:
            whole = scope.get(root, {})
            if name == "":
                data[root] = whole
            elif isinstance(whole, dict) and name in whole and data.get(root) is not whole:
                data.setdefault(root, {})[name] = whole[name]
            else:
                data.setdefault(root, {})
        return data

    def _check_names(self, bound: frozenset[str], parts: list[Token]) -> None:
        known = ROOTS | bound | {"optional"}
        for name in self._program.variables():
            if name not in known:
                raise InvalidExpression(
                    f"unknown name `{name}`: there are input, steps and run",
                    source=self.source,
                    position=find(parts, name),
                )
        for name in self._program.functions():
            if name[0].isalpha() and name not in FUNCTIONS:
                raise InvalidExpression(
                    f"unknown function `{name}`", source=self.source, position=find(parts, name)
                )


@lru_cache(maxsize=4_096)
def compile_expression(text: str) -> Expression:
    """Compile a CEL expression; raise InvalidExpression with the position of the fault."""
    return Expression(text)


@dataclass(frozen=True, slots=True)
class Template:
    """A JSON document in which strings hold `${cel}`: parsed once, rendered often.

    A string that is exactly one `${cel}` becomes the value with its type; a string with `${cel}`
    among text becomes text (null as nothing, lists and objects as compact JSON). `$${` stands for a
    literal `${`.
    """

    _node: Any
    _expressions: tuple[Expression, ...]

    @classmethod
    def parse(cls, document: Any, *, path: str = "") -> Self:
        """Parse; raise InvalidExpression whose `path` (`variables.text`) leads to the fault."""
        found: list[Expression] = []
        return cls(_parse(document, path, found, 0), tuple(found))

    def references(self) -> frozenset[Reference]:
        """Return what all its expressions depend on."""
        return frozenset().union(*(each.references() for each in self._expressions))

    def is_cheap(self, scope: Scope) -> bool:
        """Tell whether `render` stays in process; if not, call it in a thread."""
        return all(each.is_cheap(scope) for each in self._expressions)

    def render(self, scope: Scope) -> Any:
        """Return the document with every expression evaluated; raise ExpressionFailed.

        A string becomes at most 1 MB long.
        """
        return _render(self._node, scope)


@dataclass(frozen=True, slots=True)
class _Text:
    parts: tuple[str | Expression, ...]


def _parse(node: Any, path: str, found: list[Expression], depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise InvalidExpression(f"is nested deeper than {MAX_DEPTH} levels", path=path)
    if isinstance(node, str):
        return _parse_text(node, path, found) if "${" in node else node
    if isinstance(node, Mapping):
        return {
            key: _parse(value, f"{path}.{key}" if path else str(key), found, depth + 1)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [_parse(item, f"{path}[{at}]", found, depth + 1) for at, item in enumerate(node)]
    return node


def _parse_text(text: str, path: str, found: list[Expression]) -> Any:
    parts: list[str | Expression] = []
    at = 0
    while (start := text.find("${", at)) >= 0:
        if start > at and text[start - 1] == "$":
            parts.append(text[at : start - 1] + "${")
            at = start + 2
            continue
        end = closing_brace(text, start + 2)
        if end < 0:
            raise InvalidExpression("`${` is never closed", source=text, position=start, path=path)
        try:
            expression = compile_expression(text[start + 2 : end].strip())
        except InvalidExpression as error:
            raise error.at(path) from None
        found.append(expression)
        parts += [text[at:start], expression]
        at = end + 1
    parts = [part for part in (*parts, text[at:]) if part != ""]
    if len(parts) == 1 and isinstance(parts[0], Expression):
        return parts[0]
    if all(isinstance(part, str) for part in parts):
        return "".join(str(part) for part in parts)
    return _Text(tuple(parts))


def _render(node: Any, scope: Scope) -> Any:
    if isinstance(node, Expression):
        return node.evaluate(scope)
    if isinstance(node, _Text):
        texts = [
            part if isinstance(part, str) else _as_text(part.evaluate(scope)) for part in node.parts
        ]
        if sum(map(len, texts)) > MAX_RESULT_BYTES:
            source = next(part.source for part in node.parts if isinstance(part, Expression))
            raise ExpressionFailed("the text is larger than 1 MB", source=source)
        return "".join(texts)
    if isinstance(node, dict):
        return {key: _render(value, scope) for key, value in node.items()}
    if isinstance(node, list):
        return [_render(item, scope) for item in node]
    return node


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _compile(source: str) -> Any:
    try:
        return cel.compile(source)
    except Exception as error:  # noqa: BLE001 - the library raises ValueError today
        match = _POSITION.search(str(error))
    except BaseException as error:
        if type(error).__name__ != "PanicException":
            raise
        match = None
    if match is None:
        raise InvalidExpression("cannot be parsed", source=source)
    line, column, text = int(match[1]), int(match[2]), match[3]
    position = sum(len(each) + 1 for each in source.split("\n")[: line - 1]) + column - 1
    raise InvalidExpression(
        text.split("expecting")[0].strip(), source=source, position=max(0, position)
    )
