"""Log-out: the end of one session."""

from services.identity import events
from services.identity.commands.ports import Invalidations
from services.identity.models import Session
from services.identity.repository.sessions import Sessions
from services.identity.rules import sessions as rules
from services.identity.rules.sessions import EndReason, SessionKind
from services.kit.errors import FieldViolation, InvalidArgument
from services.kit.ids import TenantId
from services.kit.work import Tx, Work


async def log_out(
    work: Work, invalidations: Invalidations, *, browser_token: str, refresh_token: str
) -> None:
    """End the session that a cookie or a refresh token belongs to.

    A token that nobody knows is no error; not exactly one of the two is InvalidArgument.
    """
    if bool(browser_token) == bool(refresh_token):
        fields = ("browser_token", "refresh_token")
        violations = [FieldViolation(field, "give exactly one of the two") for field in fields]
        raise InvalidArgument("give a browser token or a refresh token", violations=violations)
    async with work.begin_control() as tx:
        session = await _end(tx, browser_token, refresh_token)
        if session is not None:
            ended = events.session_revoked(session, EndReason.LOGGED_OUT)
            tx.emit(ended, tenant=TenantId(session.tenant_id))
    if session is not None:
        await invalidations.session(session.id)


async def _end(tx: Tx, browser_token: str, refresh_token: str) -> Session | None:
    sessions = Sessions(tx)
    if rules.is_plausible(browser_token, SessionKind.BROWSER):
        digest = rules.digest_of(browser_token)
        return await sessions.revoke(EndReason.LOGGED_OUT, browser_digest=digest)
    if rules.is_plausible(refresh_token, SessionKind.TOKEN):
        token = await sessions.lock_refresh_token(rules.digest_of(refresh_token))
        if token is not None:
            return await sessions.revoke(EndReason.LOGGED_OUT, session_id=token.session_id)
    return None
