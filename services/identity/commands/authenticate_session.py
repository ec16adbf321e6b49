"""Whose browser session this is."""

from dataclasses import dataclass
from datetime import datetime

from services.identity.errors import SessionInvalid
from services.identity.repository.sessions import Sessions
from services.identity.rules import sessions as rules
from services.identity.rules.roles import mask_of
from services.identity.rules.sessions import SessionKind
from services.identity.settings import SessionSettings
from services.kit.work import Work


@dataclass(frozen=True, slots=True)
class SessionPrincipal:
    """Whom a browser session stands for, and until when unless it is used again."""

    tenant_id: str
    user_id: str
    session_id: str
    permission_mask: int
    expire_time: datetime
    csrf_token: str


async def authenticate_session(
    work: Work, settings: SessionSettings, browser_token: str
) -> SessionPrincipal:
    """Return whom a cookie stands for, and let its session live on; raises SessionInvalid.

    The role is that of this moment, so that a demotion counts at once.
    """
    if not rules.is_plausible(browser_token, SessionKind.BROWSER):
        raise SessionInvalid("the session is not valid: log in again")
    lifetimes = settings.lifetimes(SessionKind.BROWSER)
    async with work.begin_control() as tx:
        sessions = Sessions(tx)
        found = await sessions.find_open_browser(rules.digest_of(browser_token))
        if found is None:
            raise SessionInvalid("the session has ended: log in again")
        session, idle_end = found.session, found.session.idle_expire_time
        if rules.is_worth_touching(tx.now, idle_end, lifetimes):
            idle_end = rules.idle_end(tx.now, session.expire_time, lifetimes)
            await sessions.touch(session, idle_end)
    return SessionPrincipal(
        tenant_id=session.tenant_id,
        user_id=session.user_id,
        session_id=session.id,
        permission_mask=mask_of(found.role),
        expire_time=idle_end,
        csrf_token=rules.csrf_token(browser_token),
    )
