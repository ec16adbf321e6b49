"""How something differs between two versions."""

from enum import StrEnum


class Change(StrEnum):
    """`ADDED` is in the later version only, `REMOVED` in the earlier."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
