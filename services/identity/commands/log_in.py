"""Log-in by e-mail and password."""

from dataclasses import dataclass, field
from datetime import timedelta

from services.identity.commands.limit_attempts import count_attempt
from services.identity.commands.open_session import Credentials, SessionOpener
from services.identity.commands.ports import Passwords
from services.identity.errors import NoTenant, WrongCredentials
from services.identity.models import User
from services.identity.repository.accounts import Account, Accounts
from services.identity.repository.attempts import Attempts
from services.identity.rules import accounts as rules
from services.identity.rules.attempts import Subject
from services.identity.rules.sessions import SessionKind
from services.identity.settings import AttemptSettings
from services.kit.errors import FieldViolation
from services.kit.work import Tx, Work


@dataclass(frozen=True, slots=True)
class LogInForm:
    """What somebody typed. `kind` is None when none was chosen."""

    email: str
    password: str = field(repr=False)
    kind: SessionKind | None
    client_address: str = ""


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who logged in, and with what the client goes on."""

    account: Account
    credentials: Credentials


async def log_in(
    work: Work,
    passwords: Passwords,
    opener: SessionOpener,
    form: LogInForm,
    limits: AttemptSettings,
) -> LoggedIn:
    """Check a password and open a session in the user's first tenant.

    An unknown e-mail takes the same way as a wrong password, hashing included, and gives the same
    WrongCredentials.
    Raises InvalidArgument, TooManyAttempts, PasswordChecksBusy, NoTenant.
    """
    email, password = rules.normal_email(form.email), rules.normal_password(form.password)
    kind = _check(email, password, form.kind)
    by_email = Subject("log_in_email", email, limits.log_ins_per_email)
    subjects = [by_email]
    if form.client_address:
        subjects.append(Subject("log_in_client", form.client_address, limits.log_ins_per_client))
    async with work.begin_control() as tx:
        await count_attempt(tx, subjects, timedelta(seconds=limits.window_s))
        user = await Accounts(tx).find_by_email(email)
    stored = None if user is None else user.password_hash
    if not await passwords.verify(password, stored) or user is None:
        raise WrongCredentials("the e-mail address or the password is wrong")
    newer = await passwords.hash(password) if passwords.needs_rehash(user.password_hash) else None
    async with work.begin_control() as tx:
        await Attempts(tx).forgive(subjects[1:])
        await Attempts(tx).reset(by_email)
        return await _open(tx, opener, user, kind, newer)


def _check(email: str, password: str, kind: SessionKind | None) -> SessionKind:
    violations = rules.email_violations(email)
    if not 1 <= len(password) <= rules.PASSWORD_MOST:
        text = f"must have 1 to {rules.PASSWORD_MOST} characters"
        violations.append(FieldViolation("password", text))
    if kind is None:
        violations.append(FieldViolation("session_kind", "must be token or browser"))
    rules.refuse(violations)
    return kind or SessionKind.TOKEN


async def _open(
    tx: Tx, opener: SessionOpener, verified: User, kind: SessionKind, newer: str | None
) -> LoggedIn:
    accounts = Accounts(tx)
    user = await accounts.find_by_email(verified.email)
    if user is None or user.password_hash != verified.password_hash:
        # Changed while the hash was computed: what was verified is no longer the password.
        raise WrongCredentials("the e-mail address or the password is wrong")
    if newer is not None:
        await accounts.set_password_hash(user, newer)
    account = await accounts.first_open(user)
    if account is None:
        raise NoTenant("you are a member of no tenant")
    return LoggedIn(account, await opener.open(tx, account, kind))
