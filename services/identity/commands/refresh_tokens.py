"""Refresh: an old refresh token for a new pair. A token used twice ends its session."""

from dataclasses import dataclass

from services.identity import events
from services.identity.commands.open_session import Credentials, SessionOpener
from services.identity.commands.ports import Invalidations
from services.identity.errors import RefreshTokenInvalid, RefreshTokenReused
from services.identity.repository.sessions import Sessions
from services.identity.rules import sessions as rules
from services.identity.rules.sessions import EndReason, SessionKind
from services.kit.ids import TenantId
from services.kit.work import Tx, Work


@dataclass(frozen=True, slots=True)
class _Reused:
    session_id: str


async def refresh_tokens(
    work: Work, opener: SessionOpener, invalidations: Invalidations, refresh_token: str
) -> Credentials:
    """Use up a refresh token and return the next pair.

    A token that comes a second time was copied by somebody: whoever is the thief, the session ends
    for both, and
    gateways are told. Raises RefreshTokenInvalid, RefreshTokenReused.
    """
    if not rules.is_plausible(refresh_token, SessionKind.TOKEN):
        raise RefreshTokenInvalid("the refresh token is not valid: log in again")
    async with work.begin_control() as tx:
        outcome = await _use(tx, opener, rules.digest_of(refresh_token))
    # Raised only now: the end of the session must be committed, not rolled back by its own error.
    if isinstance(outcome, _Reused):
        await invalidations.session(outcome.session_id)
        raise RefreshTokenReused(
            "the refresh token was used before: its session has ended, log in again"
        )
    return outcome


async def _use(tx: Tx, opener: SessionOpener, digest: bytes) -> Credentials | _Reused:
    sessions = Sessions(tx)
    token = await sessions.lock_refresh_token(digest)
    if token is None:
        raise RefreshTokenInvalid("the refresh token is not valid: log in again")
    if token.use_time is not None:
        ended = await sessions.revoke(EndReason.REFRESH_TOKEN_REUSED, session_id=token.session_id)
        if ended is not None:
            revoked = events.session_revoked(ended, EndReason.REFRESH_TOKEN_REUSED)
            tx.emit(revoked, tenant=TenantId(ended.tenant_id))
        return _Reused(token.session_id)
    found = await sessions.find_open(token.session_id)
    if found is None:
        raise RefreshTokenInvalid("the session has ended: log in again")
    token.use_time = tx.now
    return await opener.renew(tx, found.session, found.role)
