"""Reads what a check found."""

from services.kit.errors import InvalidArgument
from services.prompts.rules.violations import Violations


def found_in(violations: Violations) -> dict[str, str]:
    """Return field -> description of everything found, nothing when nothing was."""
    try:
        violations.raise_as(InvalidArgument)
    except InvalidArgument as error:
        return {one.field: one.description for one in error.violations}
    return {}
