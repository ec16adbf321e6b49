"""A tenant's home in a service: its row in the directory, and its schema filled with tables."""

from sqlalchemy import insert, select

from services.kit.control import Tenants
from services.kit.ids import TenantId
from services.kit.tenancy import schema_of
from services.kit.work import Tx


async def provision(tx: Tx, tenant: str) -> Tx:
    """Make the tenant's schema from the newest DDL, in the caller's transaction: whole, or not.

    Doing it twice is no error. Returns the same transaction with the tenant's tables in reach, for
    seeds.
    """
    schema = schema_of(tenant)
    await tx.lock(f"provision:{tenant}")
    known = await tx.session.execute(select(Tenants.tenant_id).where(Tenants.tenant_id == tenant))
    if known.scalar_one_or_none() is None:
        await tx.session.execute(
            insert(Tenants).values(
                tenant_id=tenant,
                database="main",
                state="live",
                revision=tx.tenant_tree.head,
                create_time=tx.now,
            )
        )
        await tx.run_script(f"CREATE SCHEMA {schema};\n" + tx.tenant_tree.create_script(schema))
    return await tx.for_tenant(TenantId(tenant))
