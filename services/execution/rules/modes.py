"""Test or live: which world a run or a call belongs to."""

from collections.abc import Mapping
from typing import Final, Literal

from services.execution.errors import ModeMismatch

Mode = Literal["test", "live"]

_ENVIRONMENTS: Final[Mapping[str, Mode]] = {"test": "test", "live": "live"}


def choose_mode(asked: Mode | None, environment: str) -> Mode:
    """Return the mode for a caller: what it asked for, else what its key is, else test.

    A test key starts test runs only, a live key live ones only; people choose (environment "").
    Raises ModeMismatch.
    """
    own = _ENVIRONMENTS.get(environment)
    if own is not None and asked not in (None, own):
        raise ModeMismatch(f"a {own} key cannot start what is {asked}", environment=own)
    return own or asked or "test"
