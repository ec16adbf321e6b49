"""What an expression depends on, read from its tokens."""

from typing import Final

from services.kit.expression_errors import InvalidExpression
from services.kit.expression_tokens import MACROS, Token, string_value

ROOTS: Final = frozenset({"input", "steps", "run"})

Reference = tuple[str, str]


def has_macro(parts: list[Token]) -> bool:
    """Tell whether a comprehension macro is called, whatever its arguments."""
    return any(
        part.text in MACROS and before.text == "." and after.text == "("
        for before, part, after in zip(parts, parts[1:], parts[2:], strict=False)
    )


def bound_names(parts: list[Token], source: str) -> frozenset[str]:
    """Return the variables that macros bind; raise InvalidExpression when one hides a root."""
    bound = set()
    for at in range(len(parts) - 4):
        dot, macro, bracket, name, comma = parts[at : at + 5]
        if dot.text == "." and macro.text in MACROS and (bracket.text, comma.text) == ("(", ","):
            if name.text in ROOTS:
                raise InvalidExpression(
                    f"`{name.text}` cannot be a macro's variable",
                    source=source,
                    position=name.start,
                )
            bound.add(name.text)
    return frozenset(bound)


def references(parts: list[Token], source: str) -> set[Reference]:
    """Return what is named; raise InvalidExpression where that cannot be known beforehand."""
    found: set[Reference] = set()
    for at, token in enumerate(parts):
        if token.kind != "name" or token.text not in ROOTS or (at and parts[at - 1].text == "."):
            continue
        name, after = _member(parts, at + 1)
        if token.text == "steps":
            field, _ = _member(parts, after)
            if not name:
                raise InvalidExpression(
                    "`steps` must be followed by a step's id", source=source, position=token.start
                )
            if field not in ("output", "state"):
                raise InvalidExpression(
                    f"use steps.{name}.output or steps.{name}.state",
                    source=source,
                    position=token.start,
                )
        if token.text == "run" and name != "id":
            raise InvalidExpression(
                "of a run there is only run.id", source=source, position=token.start
            )
        found.add((token.text, name))
    return found


def _member(parts: list[Token], at: int) -> tuple[str, int]:
    """Return the name in `.name` or `["name"]` at this token ("": none) and the index behind it.

    A name before "(" is a function's: `input.size()` depends on all of the input.
    """
    rest = parts[at : at + 3]
    if len(rest) > 1 and rest[0].text == "." and rest[1].kind == "name":
        if len(rest) > 2 and rest[2].text == "(":
            return "", at
        return rest[1].text, at + 2
    if len(rest) > 2 and rest[0].text == "[" and rest[2].text == "]":
        return string_value(rest[1]) or "", at + 3
    return "", at


def find(parts: list[Token], name: str) -> int:
    """Return the offset at which a name first stands."""
    return next((part.start for part in parts if part.text == name.lstrip(".")), 0)
