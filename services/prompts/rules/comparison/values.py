"""JSON documents, compared member by member."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from services.prompts.rules.comparison.changes import Change
from services.prompts.rules.documents import canonical
from services.prompts.rules.variables import UNSET

Document = Mapping[str, object]
T = TypeVar("T")
_NOTHING: Final[Document] = {}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A member that differs. `before` or `after` is UNSET where it is not there.

    `path` leads through objects only: arrays are compared as a whole.
    """

    path: tuple[str, ...]
    before: object
    after: object

    @property
    def change(self) -> Change:
        """Tell whether the member was added, removed or changed."""
        return change_of(self.before, self.after)

    @property
    def pointer(self) -> str:
        """Return the path as a JSON Pointer (RFC 6901)."""
        return "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in self.path)


@dataclass(frozen=True, slots=True)
class NamedChange:
    """Something with a name of its own that was added, removed or changed."""

    name: str
    change: Change
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class NamedChanges:
    """What of a list differs, by name. `is_reordered`: those in both stand in another order."""

    found: tuple[NamedChange, ...] = ()
    is_reordered: bool = False


def change_of(before: object, after: object) -> Change:
    """Say what happened to a value that differs, and may be UNSET on one side."""
    if before is UNSET:
        return Change.ADDED
    return Change.REMOVED if after is UNSET else Change.CHANGED


def compare_documents(before: Document, after: Document) -> Iterator[FieldChange]:
    """Yield each member that differs, in the order of their names, the deepest that are objects.

    Values are compared as they are written: 1 and 1.0 differ.
    """
    yield from _compared((), before, after)


def _compared(path: tuple[str, ...], before: Document, after: Document) -> Iterator[FieldChange]:
    for name in sorted({*before, *after}):
        one, other = before.get(name, UNSET), after.get(name, UNSET)
        inside = (*path, name)
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            yield from _compared(inside, one, other)
        elif one is UNSET or other is UNSET or canonical(one) != canonical(other):
            yield FieldChange(inside, one, other)


def compare_named(before: Mapping[str, Document], after: Mapping[str, Document]) -> NamedChanges:
    """Compare things that have names, in the later order; removed ones come last."""
    found = []
    for name in (*after, *(name for name in before if name not in after)):
        fields = tuple(compare_documents(before.get(name, _NOTHING), after.get(name, _NOTHING)))
        if name not in before:
            found.append(NamedChange(name, Change.ADDED, fields))
        elif name not in after:
            found.append(NamedChange(name, Change.REMOVED, fields))
        elif fields:
            found.append(NamedChange(name, Change.CHANGED, fields))
    kept = [name for name in before if name in after]
    return NamedChanges(tuple(found), kept != [name for name in after if name in before])


def named(items: Sequence[T], name_of: Callable[[T], str]) -> dict[str, T] | None:
    """Return items by name; None when one has none, or two have the same."""
    by_name = {name_of(item): item for item in items}
    return None if "" in by_name or len(by_name) < len(items) else by_name
