"""Schema migrations.

An Alembic tree for schema `control` and one for the schema of a tenant, in each service.

A tree is never run against a database step by step: it is rendered to SQL (offline mode) without
giving way to other work, because Alembic keeps the revision that runs in a global. The tenant tree
is rendered once for schema `TENANT_SCHEMA`, and the text with the tenant's schema put in is sent in
one round trip. Changes are expand → backfill → contract: old code runs on the new schema.
"""

import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.dialects.postgresql import JSONB

from services.kit.control import CONTROL_SCHEMA
from services.kit.tenancy import TENANT_SCHEMA


class Tree:
    """An Alembic tree: `<folder>/versions/*.py`, a single line of revisions."""

    def __init__(self, folder: Path, version_schema: str) -> None:
        self.version_schema = version_schema
        self._script = ScriptDirectory(str(folder))
        self.head = self._script.get_current_head() or ""

    def render(self, start: str | None) -> str:
        """Return the SQL that leads from a revision (None: from nothing) to the newest."""
        buffer = io.StringIO()
        options = {"as_sql": True, "output_buffer": buffer, "starting_rev": start}
        # Style `named` leaves percent signs in function bodies alone.
        target = {"dialect_name": "postgresql", "dialect_opts": {"paramstyle": "named"}}
        self._run(target, options)
        return buffer.getvalue()

    def _run(self, target: dict[str, Any], options: dict[str, Any]) -> None:
        def steps(revision: Any, _context: MigrationContext) -> Iterable[Any]:
            return self._script._upgrade_revs("head", revision)  # noqa: SLF001 # the only way to run without an env.py

        context = MigrationContext.configure(
            **target,
            opts={
                "fn": steps,
                "script": self._script,
                "version_table_schema": self.version_schema,
                **options,
            },
        )
        with Operations.context(context):
            context.run_migrations()


class TenantTree(Tree):
    """The tree of a tenant's schema."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, TENANT_SCHEMA)
        self._rendered: dict[str | None, str] = {}

    def create_script(self, schema: str) -> str:
        """Return the SQL that fills a new, empty schema."""
        return self.upgrade_script(schema, None)

    def upgrade_script(self, schema: str, revision: str | None) -> str:
        """Return the SQL that leads this schema from a revision to the newest."""
        if revision not in self._rendered:
            self._rendered[revision] = self.render(revision)
        return self._rendered[revision].replace(TENANT_SCHEMA, schema)


class ControlTree(Tree):
    """The tree of schema `control`."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, CONTROL_SCHEMA)


@cache
def control_tree(service: str) -> ControlTree:
    """Return the tree of the service's schema `control`."""
    return ControlTree(_folder(service) / "control")


@cache
def tenant_tree(service: str) -> TenantTree:
    """Return the tree of the service's tenant schemas."""
    return TenantTree(_folder(service) / "tenant")


def _folder(service: str) -> Path:
    return Path(__file__).parent.parent / service / "migrations"


def create_control_tables(op: Any) -> None:
    """Make the control tables that every service has; for revision 0001 of its control tree."""
    time = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("database", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("create_time", time, nullable=False),
        sa.CheckConstraint(
            "state IN ('provisioning', 'live', 'read_only', 'offboarding')", name="tenants_state"
        ),
        schema=CONTROL_SCHEMA,
    )
    op.create_table(
        "tenant_migrations",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("target", sa.Text, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("duration_ms", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("update_time", time, nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], [f"{CONTROL_SCHEMA}.tenants.tenant_id"]),
        sa.CheckConstraint("state IN ('done', 'failed')", name="tenant_migrations_state"),
        schema=CONTROL_SCHEMA,
    )
    _create_outbox(op)
    _create_inbox(op)


def _create_outbox(op: Any) -> None:
    time = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("create_time", time, nullable=False),
        sa.Column("publish_time", time),
        schema=CONTROL_SCHEMA,
    )
    waiting, published = "publish_time IS NULL", "publish_time IS NOT NULL"
    op.create_index(
        "outbox_waiting",
        "outbox",
        ["id"],
        schema=CONTROL_SCHEMA,
        postgresql_where=sa.text(waiting),
    )
    op.create_index(
        "outbox_published",
        "outbox",
        ["publish_time"],
        schema=CONTROL_SCHEMA,
        postgresql_where=sa.text(published),
    )
    op.create_table(
        "outbox_stream",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("created", sa.Text, nullable=False),
        schema=CONTROL_SCHEMA,
    )


def _create_inbox(op: Any) -> None:
    time = sa.TIMESTAMP(timezone=True)
    op.create_table(
        "inbox",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("create_time", time, nullable=False),
        schema=CONTROL_SCHEMA,
    )
    op.create_index("inbox_create_time", "inbox", ["create_time"], schema=CONTROL_SCHEMA)
    op.create_table(
        "dead_letters",
        sa.Column("consumer", sa.Text, primary_key=True),
        sa.Column("event_id", sa.Text, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("deliveries", sa.Integer, nullable=False),
        sa.Column("create_time", time, nullable=False),
        schema=CONTROL_SCHEMA,
    )


def create_tenant_tables(op: Any) -> None:
    """Make the tenant tables that every service has; for revision 0001 of its tenant tree."""
    _create_requests(op, TENANT_SCHEMA)
    op.create_table(
        "tenant_keys",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("sealed_key", sa.LargeBinary, nullable=False),
        sa.Column("create_time", sa.TIMESTAMP(timezone=True), nullable=False),
        schema=TENANT_SCHEMA,
    )


def create_control_requests(op: Any) -> None:
    """Make the table of idempotent requests that belong to no tenant, such as sign-up."""
    _create_requests(op, CONTROL_SCHEMA)


def _create_requests(op: Any, schema: str) -> None:
    op.create_table(
        "requests",
        sa.Column("method", sa.Text, primary_key=True),
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("body_hash", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("create_time", sa.TIMESTAMP(timezone=True), nullable=False),
        schema=schema,
    )
    op.create_index("requests_create_time", "requests", ["create_time"], schema=schema)
