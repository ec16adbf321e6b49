"""Reads the fields of a document that somebody else wrote: of the type they should have, or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.prompts.rules.imports.entries import Broken, Note, Spot


@dataclass(slots=True)
class Fields:
    """One object of a document. Each fault raises Broken with file, line and field."""

    value: Mapping[str, Any]
    spot: Spot
    warnings: list[Note] = field(default_factory=list)

    @classmethod
    def of(cls, value: Any, spot: Spot) -> "Fields":
        """Read an object. Raises Broken for anything else."""
        if not isinstance(value, dict):
            raise broken(spot, "", "must be an object")
        return cls(value, spot)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; where it is absent or null the default, which None makes required."""
        value = self.value.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise broken(self.spot, name, "is needed" if value is None else "must be a text")
        return value

    def number(self, name: str, default: int | None = None) -> int:
        """Return an integer; where it is absent or null the default, which None makes required."""
        value = self.value.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, int) or isinstance(value, bool):
            raise broken(self.spot, name, "is needed" if value is None else "must be an integer")
        return value

    def flag(self, name: str) -> bool:
        """Return true or false; false where it is absent or null."""
        value = self.value.get(name)
        if not isinstance(value, bool | None):
            raise broken(self.spot, name, "must be true or false")
        return bool(value)

    def items(self, name: str) -> Sequence[Any]:
        """Return a list; an empty one where it is absent or null."""
        value = self.value.get(name)
        if not isinstance(value, list | None):
            raise broken(self.spot, name, "must be a list")
        return value or []

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; an empty one where it is absent or null."""
        items = self.items(name)
        for index, item in enumerate(items):
            if not isinstance(item, str):
                raise broken(self.spot, f"{name}[{index}]", "must be a text")
        return list(items)

    def object(self, name: str) -> Mapping[str, Any]:
        """Return an object; an empty one where it is absent or null."""
        value = self.value.get(name)
        if not isinstance(value, dict | None):
            raise broken(self.spot, name, "must be an object")
        return value or {}

    def children(self, name: str) -> list["Fields"]:
        """Return the objects of a list."""
        return [
            Fields.of(item, below(self.spot, f"{name}[{index}]"))
            for index, item in enumerate(self.items(name))
        ]

    def only(self, known: Sequence[str]) -> None:
        """Raise Broken for a field that the format does not have."""
        for name in self.value:
            if name not in known:
                raise broken(self.spot, name, f"is no field here: there are {', '.join(known)}")

    def warn(self, name: str, message: str) -> None:
        """Note what does not come along."""
        self.warnings.append(self.spot.note(name, message))


def below(spot: Spot, field: str) -> Spot:
    """Return the spot of a field."""
    joined = spot.path + ("." if spot.path and field[0] != "[" else "") + field
    return Spot(spot.file, joined, spot.line_of)


def broken(spot: Spot, field: str, message: str) -> Broken:
    """Build the error about a field below a spot."""
    note = spot.note(field, message)
    return Broken(note.file, note.message, line=note.line, field=note.field)
