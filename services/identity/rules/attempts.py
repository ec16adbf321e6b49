"""How many attempts at a password are allowed, per e-mail and per client, in a fixed window."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from services.identity.errors import TooManyAttempts


@dataclass(frozen=True, slots=True)
class Subject:
    """What is counted.

    A kind (`log_in_email`, `log_in_client`, `sign_up_client`) and whose, and how many are allowed.
    """

    kind: str
    name: str
    most: int

    @property
    def key(self) -> str:
        """What the database holds.

        A digest, so that addresses of people who are not users are not kept.
        """
        return sha256(f"{self.kind}\x1f{self.name}".encode()).hexdigest()


def check(count: int, subject: Subject, *, now: datetime, window_end: datetime) -> None:
    """Refuse the attempt that is one too many; `count` includes it."""
    if count > subject.most:
        wait_s = max(1, math.ceil((window_end - now) / timedelta(seconds=1)))
        text = "too many attempts: wait before trying again"
        raise TooManyAttempts(text, retry_after_s=wait_s, limited_by=subject.kind)
