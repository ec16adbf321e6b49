"""Running migrations.

Schema control first, then every tenant schema, in batches that can be stopped and taken up again.

A batch is one transaction of at most 50 schemas, with an advisory lock on each and a short lock
time-out: a busy table makes its batch wait for the next round instead of queueing everybody behind
it. A batch that fails is taken apart: its tenants go one by one, what fails alone is left for the
end, and the others go on. One tenant goes alone first, the canary: when three in a row fail before
any has passed, it is the migration that is wrong, and nothing else is touched.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from services.kit.clock import Clock, SystemClock
from services.kit.db import asyncpg_dsn
from services.kit.migrations import ControlTree, TenantTree, control_tree, tenant_tree
from services.kit.tenancy import schema_of

_BATCH: Final = 50
_CANARIES: Final = 3
# How often a tenant that fails alone is tried: its tables may only have been busy.
_TRIES: Final = 3

_PENDING_SQL: Final = (
    "SELECT tenant_id FROM control.tenants WHERE revision <> $1 AND tenant_id <> ALL($3::text[]) "
    "ORDER BY create_time, tenant_id LIMIT $2"
)
_COUNT_SQL: Final = "SELECT count(*) FROM control.tenants WHERE revision <> $1"
# Read again under the locks: another migration may have been here in the meantime.
_REVISIONS_SQL: Final = (
    "SELECT tenant_id, revision FROM control.tenants "
    "WHERE revision <> $1 AND tenant_id = ANY($2::text[])"
)
_DONE_SQL: Final = (
    "INSERT INTO control.tenant_migrations "
    "(tenant_id, target, state, duration_ms, error, update_time) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (tenant_id, target) DO UPDATE SET state = excluded.state, "
    "duration_ms = excluded.duration_ms, error = excluded.error, update_time = excluded.update_time"
)

# One line of catalogue per column, index, constraint and trigger of each tenant schema, hashed:
# equal schemas have equal hashes.
_SHAPE_SQL: Final = """
WITH parts AS (
  SELECT n.nspname AS schema,
         concat_ws(':', c.relname, c.relkind, a.attnum, a.attname, format_type(a.atttypid,
         a.atttypmod), a.attnotnull) AS line
    FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
   WHERE n.nspname ~ '^t_[0-9a-z]{26}$'
  UNION ALL
  SELECT n.nspname, concat_ws(':', 'constraint', c.relname, k.conname, k.contype)
    FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_constraint k ON k.conrelid
    = c.oid
   WHERE n.nspname ~ '^t_[0-9a-z]{26}$'
  UNION ALL
  SELECT n.nspname, concat_ws(':', 'trigger', c.relname, t.tgname)
    FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_trigger t ON t.tgrelid =
    c.oid
   WHERE n.nspname ~ '^t_[0-9a-z]{26}$' AND NOT t.tgisinternal
)
SELECT schema, md5(string_agg(line, E'\\n' ORDER BY line)) AS shape FROM parts GROUP BY schema
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a fan-out is: tenants done of all that needed it."""

    service: str
    done: int
    total: int


async def migrate(
    service: str,
    url: str,
    *,
    report: Callable[[Progress], None] = lambda _: None,
    clock: Clock | None = None,
) -> int:
    """Bring a service's database to the newest revision.

    Returns how many tenant schemas were changed.

    Raises RuntimeError when schemas remain that could not be migrated; running it again goes on
    with those.
    """
    return await migrate_trees(
        service,
        url,
        control_tree(service),
        tenant_tree(service),
        report=report,
        clock=clock or SystemClock(),
    )


async def migrate_trees(
    service: str,
    url: str,
    control: ControlTree,
    tenant: TenantTree,
    *,
    report: Callable[[Progress], None],
    clock: Clock,
) -> int:
    """Bring a database to the newest revision of two trees; as `migrate`."""
    await _migrate_control(control, url)
    connection = await asyncpg.connect(asyncpg_dsn(url))
    try:
        return await _Fanout(service, tenant, connection, report, clock).run()
    finally:
        await connection.close()


async def find_drift(url: str) -> list[str]:
    """Return the tenant schemas whose tables differ from those of most others."""
    connection = await asyncpg.connect(asyncpg_dsn(url))
    try:
        rows = await connection.fetch(_SHAPE_SQL)
    finally:
        await connection.close()
    shapes = [row["shape"] for row in rows]
    usual = max(set(shapes), key=shapes.count, default=None)
    return sorted(row["schema"] for row in rows if row["shape"] != usual)


async def _migrate_control(tree: ControlTree, url: str) -> None:
    connection = await asyncpg.connect(asyncpg_dsn(url))
    try:
        async with connection.transaction():
            await connection.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended('kit.migrate', 0))"
            )
            await connection.execute("CREATE SCHEMA IF NOT EXISTS control")
            revision = await _control_revision(connection)
            if revision != tree.head:
                await connection.execute(tree.render(revision))
    finally:
        await connection.close()


async def _control_revision(connection: asyncpg.Connection) -> str | None:
    if await connection.fetchval("SELECT to_regclass('control.alembic_version')") is None:
        return None
    revision: str | None = await connection.fetchval(
        "SELECT version_num FROM control.alembic_version"
    )
    return revision


class _Fanout:
    def __init__(
        self,
        service: str,
        tree: TenantTree,
        connection: asyncpg.Connection,
        report: Callable[[Progress], None],
        clock: Clock,
    ) -> None:
        self._service = service
        self._connection = connection
        self._report = report
        self._clock = clock
        self._tree = tree
        self._done = 0
        self._total = 0
        # Tenant -> how often it failed alone.
        self._failures: dict[str, int] = {}

    async def run(self) -> int:
        self._total = await self._connection.fetchval(_COUNT_SQL, self._tree.head)
        size = 1
        while pending := await self._pending(size):
            await self._migrate(pending)
            if self._done:
                size = _BATCH
            elif len(self._failures) >= _CANARIES:
                break
        remaining = await self._connection.fetchval(_COUNT_SQL, self._tree.head)
        if remaining:
            raise RuntimeError(
                f"{self._service}: {remaining} of {self._total} tenant schemas are not migrated: "
                "control.tenant_migrations says why; run the command again to go on"
            )
        return self._done

    async def _pending(self, size: int) -> list[str]:
        """Return tenants to migrate: those that did not fail yet, then those worth another try."""
        failed = list(self._failures)
        rows = await self._connection.fetch(_PENDING_SQL, self._tree.head, size, failed)
        again = [tenant for tenant in failed if self._failures[tenant] < _TRIES]
        return [row["tenant_id"] for row in rows] or again[:1]

    async def _migrate(self, tenants: Sequence[str]) -> None:
        try:
            changed = await self._batch(tenants)
        except asyncpg.PostgresError as error:
            if len(tenants) > 1:
                for tenant in tenants:
                    await self._migrate([tenant])
                return
            self._failures[tenants[0]] = self._failures.get(tenants[0], 0) + 1
            await self._note(tenants, "failed", 0, str(error))
            return
        self._failures = {key: count for key, count in self._failures.items() if key not in tenants}
        self._done += changed
        self._report(Progress(self._service, self._done, max(self._total, self._done)))

    async def _batch(self, tenants: Sequence[str]) -> int:
        """Migrate these tenants in one transaction; returns how many needed it."""
        start = self._clock.monotonic()
        async with self._connection.transaction():
            await self._connection.execute(
                "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = 0"
            )
            for tenant in tenants:
                await self._connection.execute(
                    "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"provision:{tenant}"
                )
            rows = await self._connection.fetch(_REVISIONS_SQL, self._tree.head, list(tenants))
            if not rows:
                return 0
            changed = [row["tenant_id"] for row in rows]
            scripts = [
                self._tree.upgrade_script(schema_of(row["tenant_id"]), row["revision"])
                for row in rows
            ]
            await self._connection.execute("\n".join(scripts))
            await self._connection.execute(
                "UPDATE control.tenants SET revision = $1 WHERE tenant_id = ANY($2::text[])",
                self._tree.head,
                changed,
            )
            spent_ms = int((self._clock.monotonic() - start) * 1000 / len(rows))
            await self._note(changed, "done", spent_ms, "")
        return len(rows)

    async def _note(self, tenants: Sequence[str], state: str, spent_ms: int, error: str) -> None:
        now = self._clock.now()
        await self._connection.executemany(
            _DONE_SQL,
            [(tenant, self._tree.head, state, spent_ms, error, now) for tenant in tenants],
        )
