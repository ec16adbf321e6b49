"""Browser sessions, token sessions and their refresh tokens."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, func, select, update

from services.identity.models import Membership, RefreshToken, Session, Tenant
from services.identity.rules.roles import Role
from services.identity.rules.sessions import EndReason
from services.kit.work import Tx


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session that has not ended, and the role that its user holds now."""

    session: Session
    role: Role


class Sessions:
    """Sessions are found by the digest of their secret.

    Whoever has the secret is the session's user.
    """

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    def add(self, session: Session) -> None:
        """Add a session."""
        self._tx.session.add(session)

    async def find_open(self, session_id: str) -> OpenSession | None:
        """Return a session by its id if it can still be used and its user is still a member."""
        return await self._first(self._open_sessions().where(Session.id == session_id))

    async def find_open_browser(self, digest: bytes) -> OpenSession | None:
        """Return a browser session by its cookie's digest if it can still be used."""
        return await self._first(self._open_sessions().where(Session.browser_digest == digest))

    async def touch(self, session: Session, idle_expire_time: datetime) -> None:
        """Record that a session was used: its idle end moves."""
        later = func.greatest(Session.idle_expire_time, idle_expire_time)
        change = update(Session).where(Session.id == session.id).values(idle_expire_time=later)
        await self._tx.session.execute(change)

    def add_refresh_token(self, session: Session, digest: bytes) -> None:
        """Add the refresh token that a token session goes on with."""
        row = RefreshToken(digest=digest, session_id=session.id, create_time=self._tx.now)
        self._tx.session.add(row)

    async def lock_refresh_token(self, digest: bytes) -> RefreshToken | None:
        """Return a refresh token.

        Of two who use it at once the second waits and then sees it used.
        """
        query = select(RefreshToken).where(RefreshToken.digest == digest).with_for_update()
        return (await self._tx.session.execute(query)).scalar_one_or_none()

    async def revoke(
        self, reason: EndReason, *, session_id: str = "", browser_digest: bytes = b""
    ) -> Session | None:
        """End a session by its id or its cookie's digest.

        None when there is none or it has ended already.
        """
        query = select(Session).where(Session.revoke_time.is_(None)).with_for_update()
        if session_id:
            query = query.where(Session.id == session_id)
        else:
            query = query.where(Session.browser_digest == browser_digest)
        session = (await self._tx.session.execute(query)).scalar_one_or_none()
        if session is not None:
            session.revoke_time, session.revoke_reason = self._tx.now, reason.value
        return session

    async def remove_ended(self, kept: timedelta) -> int:
        """Remove sessions that ended longer ago than this, with their refresh tokens.

        Returns how many.
        """
        old = Session.idle_expire_time < self._tx.now - kept
        gone = await self._tx.session.execute(delete(Session).where(old).returning(Session.id))
        return len(gone.all())

    def _open_sessions(self) -> Select[Session, str]:
        now = self._tx.now
        return (
            select(Session, Membership.role)
            .join(
                Membership,
                (Membership.tenant_id == Session.tenant_id)
                & (Membership.user_id == Session.user_id),
            )
            .join(Tenant, Tenant.id == Session.tenant_id)
            .where(
                Session.revoke_time.is_(None),
                Session.idle_expire_time > now,
                Session.expire_time > now,
                Tenant.state != "offboarding",
            )
        )

    async def _first(self, query: Select[Session, str]) -> OpenSession | None:
        row = (await self._tx.session.execute(query)).one_or_none()
        return None if row is None else OpenSession(row[0], Role(row[1]))
