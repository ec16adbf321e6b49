"""The tenants that this service holds, for jobs that go through all of them."""

from collections.abc import Sequence

from sqlalchemy import select

from services.kit.control import Tenants
from services.kit.ids import TenantId
from services.kit.work import Tx


async def tenants_page(tx: Tx, after: str, size: int) -> Sequence[TenantId]:
    """Return up to `size` tenants that can be written to, after an id, in its order."""
    statement = (
        select(Tenants.tenant_id)
        .where(Tenants.state == "live", Tenants.tenant_id > after)
        .order_by(Tenants.tenant_id)
        .limit(size)
    )
    return [TenantId(tenant) for tenant in await tx.session.scalars(statement)]
