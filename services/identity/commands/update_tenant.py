"""A tenant's own settings: its name."""

from services.identity.errors import EtagMismatch
from services.identity.models import Tenant
from services.identity.repository.tenants import Tenants
from services.identity.rules import accounts as rules
from services.kit.ids import TenantId
from services.kit.work import Work


async def update_tenant(work: Work, tenant_id: TenantId, *, name: str, etag: str) -> Tenant:
    """Rename a tenant.

    An empty etag means that the last writer wins. Raises InvalidArgument, EtagMismatch.
    """
    name = name.strip()
    rules.refuse(rules.name_violations("name", name))
    async with work.begin_control() as tx:
        tenants = Tenants(tx)
        tenant = await tenants.get(tenant_id, lock=True)
        if etag and etag != rules.etag(tenant.version):
            raise EtagMismatch("the tenant was changed meanwhile: read it again")
        if name != tenant.name:
            await tenants.rename(tenant, name)
    return tenant
