"""Directory.

Users, tenants, memberships, sessions, signing keys, API key digests, attempt counts.
"""

import sqlalchemy as sa
from alembic import op

from services.kit.control import CONTROL_SCHEMA
from services.kit.migrations import create_control_requests, create_control_tables

revision = "0001"
down_revision = None

_TIME = sa.TIMESTAMP(timezone=True)
_ROLES = "role IN ('owner', 'admin', 'editor', 'operator', 'viewer', 'billing')"


def upgrade() -> None:
    create_control_tables(op)
    create_control_requests(op)
    _create_people()
    _create_sessions()
    _create_keys()
    op.create_table(
        "attempt_counts",
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("window_end", _TIME, nullable=False),
        schema=CONTROL_SCHEMA,
    )
    _index("attempt_counts", "window_end")


def _create_people() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        sa.CheckConstraint("email = lower(email)", name="users_email_is_lower_case"),
        schema=CONTROL_SCHEMA,
    )
    op.create_table(
        "tenant_directory",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        sa.Column("update_time", _TIME, nullable=False),
        sa.CheckConstraint(
            "state IN ('provisioning', 'live', 'read_only', 'offboarding')",
            name="tenant_directory_state",
        ),
        schema=CONTROL_SCHEMA,
    )
    op.create_table(
        "tenant_provisionings",
        sa.Column("tenant_id", sa.Text, _reference("tenant_directory"), primary_key=True),
        sa.Column("service", sa.Text, primary_key=True),
        sa.Column("provision_time", _TIME),
        schema=CONTROL_SCHEMA,
    )
    op.create_table(
        "memberships",
        sa.Column("tenant_id", sa.Text, _reference("tenant_directory"), primary_key=True),
        sa.Column("user_id", sa.Text, _reference("users"), primary_key=True),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        sa.CheckConstraint(_ROLES, name="memberships_role"),
        schema=CONTROL_SCHEMA,
    )
    _index("memberships", "user_id")


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, _reference("users"), nullable=False),
        sa.Column("tenant_id", sa.Text, _reference("tenant_directory"), nullable=False),
        sa.Column("browser_digest", sa.LargeBinary, unique=True),
        sa.Column("create_time", _TIME, nullable=False),
        sa.Column("idle_expire_time", _TIME, nullable=False),
        sa.Column("expire_time", _TIME, nullable=False),
        sa.Column("revoke_time", _TIME),
        sa.Column("revoke_reason", sa.Text),
        sa.CheckConstraint("kind IN ('token', 'browser')", name="sessions_kind"),
        sa.CheckConstraint(
            "(kind = 'browser') = (browser_digest IS NOT NULL)", name="sessions_browser_digest"
        ),
        sa.CheckConstraint(
            "(revoke_time IS NULL) = (revoke_reason IS NULL)"
            " AND revoke_reason IN ('logged_out', 'refresh_token_reused')",
            name="sessions_revoke_reason",
        ),
        schema=CONTROL_SCHEMA,
    )
    _index("sessions", "idle_expire_time")
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column(
            "session_id", sa.Text, _reference("sessions", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("create_time", _TIME, nullable=False),
        sa.Column("use_time", _TIME),
        schema=CONTROL_SCHEMA,
    )
    _index("refresh_tokens", "session_id")


def _create_keys() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("public_jwk", sa.Text, nullable=False),
        sa.Column("private_sealed", sa.LargeBinary, nullable=False),
        sa.Column("create_time", _TIME, nullable=False),
        sa.Column("activate_time", _TIME),
        sa.Column("retire_time", _TIME),
        sa.CheckConstraint("state IN ('next', 'current', 'retired')", name="signing_keys_state"),
        schema=CONTROL_SCHEMA,
    )
    op.create_index(
        "signing_keys_one_next_one_current",
        "signing_keys",
        ["state"],
        unique=True,
        schema=CONTROL_SCHEMA,
        postgresql_where=sa.text("state <> 'retired'"),
    )
    op.create_table(
        "api_key_secrets",
        sa.Column("public_id", sa.Text, primary_key=True),
        sa.Column("api_key_id", sa.Text, nullable=False, unique=True),
        sa.Column("tenant_id", sa.Text, _reference("tenant_directory"), nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("environment", sa.Text, nullable=False),
        sa.Column("expire_time", _TIME),
        sa.Column("revoke_time", _TIME),
        sa.CheckConstraint(_ROLES, name="api_key_secrets_role"),
        sa.CheckConstraint("environment IN ('test', 'live')", name="api_key_secrets_environment"),
        sa.CheckConstraint("octet_length(digest) = 32", name="api_key_secrets_digest"),
        schema=CONTROL_SCHEMA,
    )


def _reference(table: str, ondelete: str | None = None) -> sa.ForeignKey:
    return sa.ForeignKey(f"{CONTROL_SCHEMA}.{table}.id", ondelete=ondelete)


def _index(table: str, column: str) -> None:
    op.create_index(f"{table}_{column}", table, [column], schema=CONTROL_SCHEMA)
