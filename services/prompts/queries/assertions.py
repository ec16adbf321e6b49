"""Reading use cases of assertions and test suites: nothing is read or stored."""

import asyncio
import time
from collections.abc import Sequence
from typing import Final

from services.prompts.rules.assertions.case import Budget
from services.prompts.rules.assertions.check import Report, check
from services.prompts.rules.suites.requests import CheckDraft, check_files, read_check
from services.prompts.rules.suites.suite import Suite, parse_suite

_SECONDS: Final = 5.0


async def check_assertions(draft: CheckDraft) -> Report:
    """Decide assertions on one output. Raises AssertionsInvalid.

    In a thread, and within 5 s: texts of 200,000 characters and patterns that backtrack take time.
    """

    def decide() -> Report:
        asked = read_check(draft)
        return check(
            asked.assertions, asked.outcome, asked.threshold, Budget(_SECONDS, time.monotonic)
        )

    return await asyncio.to_thread(decide)


async def parse_test_suite(text: str, files: Sequence[tuple[str, str]]) -> Suite:
    """Read a suite in promptfoo's YAML with the files beside it. Raises SuiteInvalid.

    In a thread: a suite of 1,000,000 characters takes about a second.
    """
    given = check_files(text, files)
    return await asyncio.to_thread(parse_suite, text, given)
