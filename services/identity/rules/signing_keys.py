"""Keys that sign access tokens.

Made as *next*, published before use, *current* for a time, then *retired* until no token of theirs
lives.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from joserfc.jwk import OKPKey


class KeyState(StrEnum):
    """Where a signing key is in its life."""

    NEXT = "next"
    CURRENT = "current"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class KeyAges:
    """How old keys get.

    `publish_ahead` must exceed what any verifier caches the public keys for.
    """

    rotate_after: timedelta
    publish_ahead: timedelta
    keep_retired: timedelta


def make_pair() -> OKPKey:
    """Make an Ed25519 key pair; its id is its RFC 7638 thumbprint."""
    key = OKPKey.generate_key("Ed25519", private=True)
    key.ensure_kid()
    return key


def public_text(key: OKPKey) -> str:
    """Return the public JWK as JSON text: what the key set shows."""
    return json.dumps(
        {**key.as_dict(private=False), "alg": "Ed25519", "use": "sig"}, sort_keys=True
    )


def private_text(key: OKPKey) -> str:
    """Return the private JWK as JSON text: what is sealed."""
    return json.dumps(key.as_dict(private=True), sort_keys=True)


def key_set(public_jwks: Iterable[str]) -> str:
    """Join public JWKs into a JWK set (RFC 7517 section 5)."""
    return json.dumps({"keys": [json.loads(one) for one in public_jwks]}, sort_keys=True)


def is_rotation_due(
    now: datetime, *, current_since: datetime, next_since: datetime, ages: KeyAges
) -> bool:
    """Tell whether the next key takes over.

    The current one is old, and everybody has had time to learn the next.
    """
    return now - current_since >= ages.rotate_after and now - next_since >= ages.publish_ahead


def load_pair(text: str) -> OKPKey:
    """Read what `private_text` wrote."""
    return OKPKey.import_key(json.loads(text))
