"""Reading providers and models."""

from collections.abc import Sequence
from typing import Final

from services.execution.models import Provider, ProviderId
from services.execution.repository.providers import Providers
from services.execution.rules.modes import Mode
from services.execution.rules.providers import ANY_MODEL
from services.kit.ids import TenantId
from services.kit.paging import cut_page, decode_token, encode_token, page_size
from services.kit.work import Work

SIMULATOR: Final = "simulator"


async def get_provider(work: Work, tenant: TenantId, provider_id: ProviderId) -> Provider:
    """Return a provider; raise ProviderNotFound."""
    async with work.begin(tenant) as tx:
        return await Providers(tx).get(provider_id)


async def list_providers(
    work: Work, tenant: TenantId, *, size: int, token: str
) -> tuple[Sequence[Provider], str]:
    """Return a page of providers by name, and the token of the next page."""
    count = page_size(size)
    key = decode_token(token, 1)
    async with work.begin(tenant) as tx:
        found = await Providers(tx).page(after=str(key[0]) if key else "", size=count + 1)
    return cut_page(found, count, lambda last: encode_token([last.name]))


async def list_models(
    work: Work, tenant: TenantId, mode: Mode, simulated: dict[str, str]
) -> list[tuple[str, str, str]]:
    """Return (name, provider, description) of every model that can be named."""
    if mode == "test":
        return [(name, SIMULATOR, text) for name, text in simulated.items()]
    async with work.begin(tenant) as tx:
        providers = await Providers(tx).all()
    models: dict[str, tuple[str, str, str]] = {}
    for provider in providers:
        for name in provider.models:
            if name == ANY_MODEL:
                entry = (name, provider.name, f"Any model that {provider.name} knows")
            else:
                entry = (name, provider.name, f"Answered by {provider.name}")
            models.setdefault(name, entry)
    return list(models.values())
