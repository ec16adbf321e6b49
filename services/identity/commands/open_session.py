"""The one function that every path to a session goes through.

Sign-up and log-in open one, refresh renews one.
"""

import os
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.identity.commands.keyring import Keyring
from services.identity.models import Session
from services.identity.repository.accounts import Account
from services.identity.repository.sessions import Sessions
from services.identity.rules import access_tokens
from services.identity.rules import sessions as rules
from services.identity.rules.roles import Role, mask_of
from services.identity.rules.sessions import SessionKind
from services.identity.settings import SessionSettings
from services.kit.ids import new_id
from services.kit.work import Tx


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client gets, once, to prove its session with.

    Fields of the other kind of session are empty.
    """

    session_id: str
    expire_time: datetime
    access_token: str = ""
    access_token_lifetime_s: int = 0
    refresh_token: str = ""
    browser_token: str = ""

    @property
    def csrf_token(self) -> str:
        """What a browser must echo with changes; empty for token sessions."""
        return rules.csrf_token(self.browser_token) if self.browser_token else ""

    def __repr__(self) -> str:
        """Show no secret, wherever this ends up."""
        return f"Credentials({self.session_id})"


class SessionOpener:
    """Opens and renews sessions, and signs their access tokens."""

    def __init__(self, keyring: Keyring, settings: SessionSettings, issuer: str) -> None:
        self._keyring = keyring
        self._settings = settings
        self._issuer = issuer

    async def open(self, tx: Tx, account: Account, kind: SessionKind) -> Credentials:
        """Open a session of a user whose password was just checked or set."""
        lifetimes = self._settings.lifetimes(kind)
        expire_time = tx.now + lifetimes.absolute
        session = Session(
            id=new_id("ses"),
            kind=kind.value,
            user_id=account.user.id,
            tenant_id=account.tenant.id,
            create_time=tx.now,
            idle_expire_time=rules.idle_end(tx.now, expire_time, lifetimes),
            expire_time=expire_time,
        )
        Sessions(tx).add(session)
        if kind is SessionKind.TOKEN:
            await tx.session.flush()
            return await self.renew(tx, session, account.role)
        token = rules.make_token(kind, os.urandom)
        session.browser_digest = rules.digest_of(token)
        await tx.session.flush()
        return Credentials(session.id, session.idle_expire_time, browser_token=token)

    async def renew(self, tx: Tx, session: Session, role: Role) -> Credentials:
        """Give a token session its next access and refresh token."""
        sessions, lifetimes = Sessions(tx), self._settings.lifetimes(SessionKind.TOKEN)
        refresh_token = rules.make_token(SessionKind.TOKEN, os.urandom)
        sessions.add_refresh_token(session, rules.digest_of(refresh_token))
        idle_end = rules.idle_end(tx.now, session.expire_time, lifetimes)
        await sessions.touch(session, idle_end)
        lifetime_s = self._settings.access_token_lifetime_s
        access_token = access_tokens.issue(
            await self._keyring.current(tx),
            access_tokens.Subject(session.user_id, session.tenant_id, session.id, mask_of(role)),
            issuer=self._issuer,
            now=tx.now,
            lifetime=timedelta(seconds=lifetime_s),
            token_id=new_id("jti"),
        )
        return Credentials(
            session.id,
            idle_end,
            access_token=access_token,
            access_token_lifetime_s=lifetime_s,
            refresh_token=refresh_token,
        )
