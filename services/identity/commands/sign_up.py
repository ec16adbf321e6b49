"""Sign-up: a person, a tenant and the owner's place in it, in one transaction."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from services.identity import events
from services.identity.commands.limit_attempts import count_attempt
from services.identity.commands.open_session import Credentials, SessionOpener
from services.identity.commands.ports import Passwords
from services.identity.errors import EmailTaken
from services.identity.models import Tenant, User
from services.identity.repository.accounts import Account, Accounts
from services.identity.repository.tenants import Tenants
from services.identity.rules import accounts as rules
from services.identity.rules.attempts import Subject
from services.identity.rules.roles import Role
from services.identity.rules.sessions import SessionKind
from services.identity.settings import AttemptSettings
from services.kit import provisioning
from services.kit.errors import FieldViolation
from services.kit.ids import TenantId, new_id
from services.kit.work import Tx, Work

_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class SignUpForm:
    """What somebody typed. `kind` is None when none was chosen."""

    email: str
    password: str = field(repr=False)
    display_name: str
    tenant_name: str
    kind: SessionKind | None
    client_address: str = ""


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A form that was found good, with the password already hashed."""

    email: str
    password_hash: str = field(repr=False)
    display_name: str
    tenant_name: str
    kind: SessionKind


@dataclass(frozen=True, slots=True)
class SignedUp:
    """What a sign-up made."""

    account: Account
    credentials: Credentials


async def prepare_sign_up(
    work: Work, passwords: Passwords, form: SignUpForm, limits: AttemptSettings
) -> NewAccount:
    """Check a form and hash its password, before and outside of the transaction that keeps them.

    Raises InvalidArgument that names every field at fault, TooManyAttempts, PasswordChecksBusy.
    """
    email = rules.normal_email(form.email)
    password = rules.normal_password(form.password)
    display_name, tenant_name = form.display_name.strip(), form.tenant_name.strip()
    violations = [
        *rules.email_violations(email),
        *rules.password_violations(password, email),
        *rules.name_violations("display_name", display_name),
        *rules.name_violations("tenant_name", tenant_name),
    ]
    if form.kind is None:
        violations.append(FieldViolation("session_kind", "must be token or browser"))
    rules.refuse(violations)
    if form.client_address:
        subject = Subject("sign_up_client", form.client_address, limits.sign_ups_per_client)
        async with work.begin_control() as tx:
            await count_attempt(tx, [subject], timedelta(seconds=limits.window_s))
    password_hash = await passwords.hash(password)
    kind = form.kind or SessionKind.TOKEN
    return NewAccount(email, password_hash, display_name, tenant_name, kind)


async def sign_up(
    work: Work, new: NewAccount, opener: SessionOpener, services: Sequence[str]
) -> SignedUp:
    """Make user, tenant, membership and identity's own tenant schema, and log the user in.

    The tenant stays in state provisioning until each of `services` has said that it holds it; with
    none, it is live.
    Raises EmailTaken.
    """
    async with work.begin_control() as tx:
        accounts = Accounts(tx)
        user = User(
            id=new_id("usr"),
            email=new.email,
            display_name=new.display_name,
            password_hash=new.password_hash,
            create_time=tx.now,
        )
        if not await accounts.add(user):
            raise EmailTaken("this e-mail address has an account already: log in instead")
        tenant = await _add_tenant(tx, new.tenant_name, services)
        accounts.add_membership(tenant, user, Role.OWNER)
        tx.emit(events.user_signed_up(user, tenant), tenant=TenantId(tenant.id))
        account = Account(user, tenant, Role.OWNER)
        credentials = await opener.open(tx, account, new.kind)
    return SignedUp(account, credentials)


async def _add_tenant(tx: Tx, name: str, services: Sequence[str]) -> Tenant:
    tenant = Tenant(
        id=new_id("ten"),
        name=name,
        state="provisioning" if services else "live",
        version=1,
        create_time=tx.now,
        update_time=tx.now,
    )
    Tenants(tx).add(tenant, services)
    await tx.session.flush()
    await provisioning.provision(tx, tenant.id)
    tx.emit(events.tenant_created(tenant), tenant=TenantId(tenant.id))
    if not services:
        tx.emit(events.tenant_activated(tenant), tenant=TenantId(tenant.id))
    return tenant


async def wait_until_live(work: Work, tenant_id: str, longest_s: float) -> Tenant:
    """Return the tenant as soon as it is live, or as it is after this time.

    Holds no transaction while it waits.
    """
    pause_s = _FIRST_PAUSE_S
    deadline = asyncio.get_running_loop().time() + longest_s
    while True:
        async with work.begin_control() as tx:
            tenant = await Tenants(tx).get(tenant_id)
        left_s = deadline - asyncio.get_running_loop().time()
        if tenant.state != "provisioning" or left_s <= 0:
            return tenant
        await asyncio.sleep(min(pause_s, left_s))
        pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)
