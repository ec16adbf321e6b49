"""System roles as bit masks over the static permission catalogue.

`promptpilot.options.v1.Permission`.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Final

from promptpilot.options.v1.options_pb2 import Permission

# Numbers below this say what kind of caller an RPC accepts; they are not granted to anybody.
FIRST_GRANT: Final = 8


class Role(StrEnum):
    """A fixed set of permissions, by the name that the database holds."""

    OWNER = "owner"
    ADMIN = "admin"
    EDITOR = "editor"
    OPERATOR = "operator"
    VIEWER = "viewer"
    BILLING = "billing"


def permission_name(number: int) -> str:
    """Return the public name: PERMISSION_API_KEYS_READ -> "api_keys.read"."""
    words = Permission.Name(Permission.ValueType(number)).removeprefix("PERMISSION_").lower()
    noun, _, verb = words.rpartition("_")
    return f"{noun}.{verb}"


_NUMBERS: Final[Mapping[str, int]] = {
    permission_name(number): number for number in Permission.values() if number >= FIRST_GRANT
}


def mask_of(role: Role) -> int:
    """Return the role's permission mask: bit n is set when Permission n is held."""
    return _MASKS[role]


def permission_names(mask: int) -> list[str]:
    """Return the names of the permissions in a mask, sorted.

    Bits outside the catalogue are ignored.
    """
    return sorted(name for name, number in _NUMBERS.items() if mask >> number & 1)


def holds_all(mask: int, wanted: int) -> bool:
    """Tell whether a mask has every bit of another."""
    return mask & wanted == wanted


def _mask(names: Iterable[str]) -> int:
    mask = 0
    for name in names:
        mask |= 1 << _NUMBERS[name]
    return mask


_READS: Final = ("tenant.read", "prompts.read", "datasets.read", "pipelines.read", "runs.read")
_RUNS: Final = ("runs.start", "runs.cancel", "models.call")
_SEES: Final = ("members.read", "api_keys.read", "providers.read")
_WRITES: Final = (
    "prompts.write",
    "prompts.label",
    "datasets.write",
    "pipelines.write",
    "pipelines.publish",
)

_MASKS: Final[Mapping[Role, int]] = {
    Role.OWNER: _mask(_NUMBERS),
    Role.ADMIN: _mask(name for name in _NUMBERS if name != "tenant.own"),
    Role.EDITOR: _mask((*_READS, *_SEES, *_RUNS, *_WRITES)),
    Role.OPERATOR: _mask((*_READS, *_SEES, *_RUNS)),
    Role.VIEWER: _mask(_READS),
    Role.BILLING: _mask(("tenant.read", "billing.read", "billing.manage")),
}
