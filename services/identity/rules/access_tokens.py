"""Access tokens.

JWTs in the profile of RFC 9068, signed with EdDSA (Ed25519), so that gateways check them without
asking.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from joserfc import jwt
from joserfc.jwk import OKPKey

AUDIENCE: Final = "promptpilot"
TYPE: Final = "at+jwt"
# EdDSA over Curve25519 by its fully specified name (RFC 9864), which replaces the ambiguous
# "EdDSA".
ALGORITHM: Final = "Ed25519"


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a token stands for.

    A user in a session of a tenant, with the permissions held when it was made.
    """

    user_id: str
    tenant_id: str
    session_id: str
    permission_mask: int


def issue(
    key: OKPKey,
    subject: Subject,
    *,
    issuer: str,
    now: datetime,
    lifetime: timedelta,
    token_id: str,
) -> str:
    """Sign a token.

    Claims: iss, aud, sub (user), tid (tenant), sid (session), mask (bit n: Permission n), env
    (empty: a person
    chooses test or live with each call), iat, nbf, exp (seconds), jti.
    """
    seconds = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": AUDIENCE,
        "sub": subject.user_id,
        "tid": subject.tenant_id,
        "sid": subject.session_id,
        "mask": subject.permission_mask,
        "env": "",
        "iat": seconds,
        "nbf": seconds,
        "exp": seconds + int(lifetime.total_seconds()),
        "jti": token_id,
    }
    header = {"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[ALGORITHM])
