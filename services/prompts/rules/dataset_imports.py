"""Rules of imports: how large a file may be, which part comes next, what may be applied."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final

import orjson

from services.prompts.errors import (
    ImportComplete,
    ImportHasProblems,
    ImportNotReady,
    ImportOffsetMismatch,
    ImportTooLarge,
)
from services.prompts.rules.dataset_files.reading import Problem

MOST_FILE_BYTES: Final = 100_000_000
MOST_PART_BYTES: Final = 2_000_000
# Problems that are told one by one; all are counted.
MOST_PROBLEMS: Final = 100
KEPT_HOURS: Final = 24


class ImportState(StrEnum):
    """How far an import is."""

    RECEIVING = "receiving"
    READY = "ready"
    APPLIED = "applied"


def is_known_part(state: str, received: int, offset: int, size: int, *, is_last: bool) -> bool:
    """Tell whether a part was taken before, so that it is not taken twice; or refuse it.

    Raises ImportTooLarge, ImportComplete, ImportOffsetMismatch.
    """
    if size > MOST_PART_BYTES:
        raise ImportTooLarge.of_field("data", f"must have at most {MOST_PART_BYTES:,} bytes")
    if offset < 0:
        raise ImportTooLarge.of_field("offset", "must not be negative")
    if offset + size > MOST_FILE_BYTES:
        raise ImportTooLarge.of_field(
            "data", f"a file may have {MOST_FILE_BYTES:,} bytes: import it in several files"
        )
    is_whole = state != ImportState.RECEIVING
    if offset + size <= received and (is_whole or not is_last):
        return True
    if is_whole:
        raise ImportComplete("the file is whole already: begin another import")
    if offset != received:
        raise ImportOffsetMismatch(
            f"the next part begins at byte {received:,} of the file, not {offset:,}",
            received_bytes=received,
        )
    return False


def check_appliable(state: str, received: int, problem_count: int, *, is_partial: bool) -> None:
    """Raise ImportNotReady or ImportHasProblems unless the import can become a version."""
    if state == ImportState.RECEIVING:
        raise ImportNotReady(
            f"{received:,} bytes of the file have arrived and its end has not: send the rest",
            received_bytes=received,
        )
    if problem_count and not is_partial:
        raise ImportHasProblems(
            f"{problem_count:,} records of the file cannot become items: mend the file, or leave "
            "them out",
            problems=problem_count,
        )


def listed(known: str, found: Sequence[Problem]) -> str:
    """Add problems to those that are listed already, as JSON, up to how many are told."""
    problems: list[Any] = orjson.loads(known)
    room = MOST_PROBLEMS - len(problems)
    problems.extend((one.line, one.field, one.message) for one in found[:room])
    return orjson.dumps(problems).decode()


def read_problems(stored: str) -> list[Problem]:
    """Return the listed problems."""
    return [Problem(*one) for one in orjson.loads(stored)]
