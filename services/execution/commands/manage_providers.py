"""Adding, changing and removing model providers. Keys are sealed, and never given out again."""

from dataclasses import dataclass
from typing import Final

from services.execution.errors import EtagMismatch, ProviderAddressUnknown, ProviderNameTaken
from services.execution.models import Provider, ProviderId
from services.execution.repository.providers import SEALED_KEY, Providers
from services.execution.rules.providers import check_provider, etag, is_same_host, last_four
from services.kit.egress import Egress
from services.kit.egress_addresses import EgressFailed
from services.kit.ids import TenantId, new_id
from services.kit.seal import Sealer
from services.kit.work import Tx, Work

_TABLE: Final = "providers"
# Held while a name is chosen, so that two cannot choose the same.
_NAMES: Final = "execution.provider_names"


@dataclass(frozen=True, slots=True)
class ProviderForm:
    """What somebody says about a new provider. An empty key: the provider needs none."""

    name: str
    kind: str
    base_url: str
    api_key: str
    models: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProviderChange:
    """What is to change; None stays."""

    name: str | None
    base_url: str | None
    api_key: str | None
    models: tuple[str, ...] | None
    # Empty: last write wins.
    etag: str


async def create_provider(
    work: Work, tenant: TenantId, sealer: Sealer, egress: Egress, form: ProviderForm
) -> Provider:
    """Add a provider. Raises ProviderNameTaken, InvalidArgument, EgressRefused."""
    check_provider(
        name=form.name,
        kind=form.kind,
        base_url=form.base_url,
        api_key=form.api_key,
        models=form.models,
    )
    await _check_address(egress, form.base_url)
    async with work.begin(tenant) as tx:
        await _reserve(tx, form.name)
        provider = Provider(
            id=new_id("prv"),
            name=form.name,
            kind=form.kind,
            base_url=form.base_url,
            sealed_key=None,
            key_last_four="",
            models=list(form.models),
            revision=1,
            create_time=tx.now,
            update_time=tx.now,
        )
        await _set_key(tx, sealer, provider, form.api_key)
        await Providers(tx).add(provider)
    return provider


async def update_provider(
    work: Work,
    tenant: TenantId,
    sealer: Sealer,
    egress: Egress,
    *,
    provider_id: ProviderId,
    change: ProviderChange,
) -> Provider:
    """Change a provider. A new host without a new key clears the key: it was not meant for it.

    Raises ProviderNotFound, EtagMismatch, ProviderNameTaken, InvalidArgument, EgressRefused.
    """
    if change.base_url is not None:
        await _check_address(egress, change.base_url)
    async with work.begin(tenant) as tx:
        provider = await Providers(tx).get(provider_id, lock=True)
        if change.etag and change.etag != etag(provider.id, provider.revision):
            raise EtagMismatch("the provider has changed: read it again", provider_id=provider_id)
        before = provider.base_url
        if change.name is not None and change.name != provider.name:
            await _reserve(tx, change.name, other_than=provider.id)
            provider.name = change.name
        provider.base_url = change.base_url if change.base_url is not None else before
        provider.models = list(change.models) if change.models is not None else provider.models
        check_provider(
            name=provider.name,
            kind=provider.kind,
            base_url=provider.base_url,
            api_key=change.api_key or "",
            models=provider.models,
        )
        if change.api_key is not None:
            await _set_key(tx, sealer, provider, change.api_key)
        elif not is_same_host(before, provider.base_url):
            await _set_key(tx, sealer, provider, "")
        provider.revision += 1
        provider.update_time = tx.now
        await tx.session.flush()
    return provider


async def delete_provider(work: Work, tenant: TenantId, provider_id: ProviderId) -> None:
    """Remove a provider and its key. Raises ProviderNotFound."""
    async with work.begin(tenant) as tx:
        await Providers(tx).remove(provider_id)


async def _check_address(egress: Egress, base_url: str) -> None:
    """Refuse an address that calls may not reach, or that names no host."""
    try:
        await egress.check_host(base_url)
    except EgressFailed as error:
        raise ProviderAddressUnknown.of_field("base_url", error.message) from None


async def _reserve(tx: Tx, name: str, *, other_than: str = "") -> None:
    await tx.lock(f"{_NAMES}:{tx.tenant}")
    if await Providers(tx).has_name(name, other_than=other_than):
        raise ProviderNameTaken(f"there is a provider named {name!r} already", name=name)


async def _set_key(tx: Tx, sealer: Sealer, provider: Provider, api_key: str) -> None:
    provider.key_last_four = last_four(api_key)
    provider.sealed_key = None
    if api_key:
        provider.sealed_key = await sealer.seal(
            tx, api_key, table=_TABLE, column=SEALED_KEY, row=provider.id
        )
