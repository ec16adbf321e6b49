"""Identity's tables.

Schema `control` is the directory that every request needs before its tenant is known; a tenant's
own schema holds what its people made.
"""

from datetime import datetime
from typing import Any, ClassVar, NewType

from sqlalchemy import ForeignKey, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit.control import CONTROL_SCHEMA
from services.kit.tenancy import TENANT_SCHEMA

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
ApiKeyId = NewType("ApiKeyId", str)

_CONTROL: dict[str, Any] = {"schema": CONTROL_SCHEMA}
_TENANT: dict[str, Any] = {"schema": TENANT_SCHEMA}


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {
        datetime: TIMESTAMP(timezone=True),
        str: Text,
        int: Integer,
        bytes: LargeBinary,
    }


class User(Base):
    """A person.

    `email` is in its normal form and unique; `password_hash` is an argon2id hash with its
    parameters.
    """

    __tablename__ = "users"
    __table_args__ = _CONTROL

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    display_name: Mapped[str]
    password_hash: Mapped[str]
    create_time: Mapped[datetime]


class Tenant(Base):
    """A customer.

    `version` counts changes and is the etag. (`control.tenants` is kit's own list of schemas.)
    """

    __tablename__ = "tenant_directory"
    __table_args__ = _CONTROL

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    # provisioning, live, read_only, offboarding
    state: Mapped[str]
    version: Mapped[int]
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]


class TenantProvisioning(Base):
    """Which service must hold the tenant before it is live, and since when it does."""

    __tablename__ = "tenant_provisionings"
    __table_args__ = _CONTROL

    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    provision_time: Mapped[datetime | None]


class Membership(Base):
    """A user's place in a tenant. `role` is a name of `rules.roles.Role`."""

    __tablename__ = "memberships"
    __table_args__ = _CONTROL

    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.id), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id), primary_key=True)
    role: Mapped[str]
    create_time: Mapped[datetime]


class Session(Base):
    """A log-in.

    Ends at `idle_expire_time` unless used, at `expire_time` at the latest, at once when revoked.
    """

    __tablename__ = "sessions"
    __table_args__ = _CONTROL

    id: Mapped[str] = mapped_column(primary_key=True)
    # token, browser
    kind: Mapped[str]
    user_id: Mapped[str] = mapped_column(ForeignKey(User.id))
    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.id))
    # SHA-256 of the cookie; only browser sessions have one.
    browser_digest: Mapped[bytes | None] = mapped_column(unique=True)
    create_time: Mapped[datetime]
    idle_expire_time: Mapped[datetime]
    expire_time: Mapped[datetime]
    revoke_time: Mapped[datetime | None]
    # logged_out, refresh_token_reused
    revoke_reason: Mapped[str | None]


class RefreshToken(Base):
    """A refresh token of a token session.

    All that were ever given out, so that one used twice is noticed.
    """

    __tablename__ = "refresh_tokens"
    __table_args__ = _CONTROL

    # SHA-256 of the token.
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    session_id: Mapped[str] = mapped_column(ForeignKey(Session.id, ondelete="CASCADE"))
    create_time: Mapped[datetime]
    use_time: Mapped[datetime | None]


class SigningKey(Base):
    """A key pair that signs access tokens. At most one is next and one is current."""

    __tablename__ = "signing_keys"
    __table_args__ = _CONTROL

    # RFC 7638 thumbprint.
    kid: Mapped[str] = mapped_column(primary_key=True)
    # next, current, retired
    state: Mapped[str]
    public_jwk: Mapped[str]
    private_sealed: Mapped[bytes]
    create_time: Mapped[datetime]
    activate_time: Mapped[datetime | None]
    retire_time: Mapped[datetime | None]


class ApiKeySecret(Base):
    """What is needed to tell whose an API key is before its tenant is known.

    `digest` is SHA-256 of the whole key.
    """

    __tablename__ = "api_key_secrets"
    __table_args__ = _CONTROL

    public_id: Mapped[str] = mapped_column(primary_key=True)
    api_key_id: Mapped[str] = mapped_column(unique=True)
    tenant_id: Mapped[str] = mapped_column(ForeignKey(Tenant.id))
    digest: Mapped[bytes]
    role: Mapped[str]
    # test, live
    environment: Mapped[str]
    expire_time: Mapped[datetime | None]
    revoke_time: Mapped[datetime | None]


class AttemptCount(Base):
    """Attempts in a window that began with the first of them.

    `key` is the digest of what is counted.
    """

    __tablename__ = "attempt_counts"
    __table_args__ = _CONTROL

    key: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    window_end: Mapped[datetime]


class ApiKey(Base):
    """An API key as its tenant sees it: everything but the secret."""

    __tablename__ = "api_keys"
    __table_args__ = _TENANT

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    environment: Mapped[str]
    # pp_<test|live>_<8 id>
    prefix: Mapped[str]
    last_four: Mapped[str]
    create_time: Mapped[datetime]
    # usr_… or key_…
    creator_id: Mapped[str]
    expire_time: Mapped[datetime | None]
    revoke_time: Mapped[datetime | None]
