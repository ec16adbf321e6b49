"""Collects every field at fault, so that a caller mends all of them in one go."""

from collections.abc import Iterator
from typing import Final

from services.kit.errors import FieldViolation, InvalidArgument

# Violations told in the message itself; all of them stand in `violations`.
_MOST_SHOWN: Final = 5


class Violations:
    """The fields found at fault so far."""

    def __init__(self) -> None:
        self._found: list[FieldViolation] = []

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[FieldViolation]:
        return iter(self._found)

    def add(self, field: str, description: str) -> None:
        """Note one field, by its path in the request, and what is wrong with it."""
        self._found.append(FieldViolation(field, description))

    def add_text(self, field: str, text: str, *, most: int, least: int = 0) -> None:
        """Note the field unless the text has `least`..`most` characters and none is NUL."""
        if len(text) < least:
            self.add(
                field,
                "must not be empty" if least == 1 else f"must have at least {least} characters",
            )
        if len(text) > most:
            self.add(field, f"must have at most {most:,} characters, has {len(text):,}")
        if "\0" in text:
            self.add(field, "must not contain the NUL character")

    def raise_as(self, error: type[InvalidArgument]) -> None:
        """Raise the error with everything found; do nothing when nothing was."""
        if self._found:
            shown = self._found[:_MOST_SHOWN]
            listed = "; ".join(f"{one.field}: {one.description}" for one in shown)
            hidden = len(self._found) - len(shown)
            raise error(
                f"{listed}; and {hidden} more" if hidden else listed, violations=self._found
            )
