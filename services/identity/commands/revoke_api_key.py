"""The end of an API key."""

from services.identity import events
from services.identity.commands.ports import Invalidations
from services.identity.models import ApiKey, ApiKeyId
from services.identity.repository.api_keys import ApiKeys
from services.kit.ids import TenantId
from services.kit.work import Work


async def revoke_api_key(
    work: Work, invalidations: Invalidations, tenant: TenantId, api_key_id: ApiKeyId
) -> ApiKey:
    """Refuse a key from now on, for good, and tell every gateway.

    Doing it twice is no error. Raises ApiKeyNotFound.
    """
    async with work.begin(tenant) as tx:
        keys = ApiKeys(tx)
        api_key = await keys.get(api_key_id, lock=True)
        if api_key.revoke_time is None:
            await keys.revoke(api_key, tx.now)
            tx.emit(events.api_key_revoked(tenant, api_key))
    # Also the second time: the first push may have been lost.
    await invalidations.api_key(api_key.id)
    return api_key
