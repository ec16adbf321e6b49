"""Model providers of a tenant."""

from typing import Final

from sqlalchemy import delete, select

from services.execution.errors import ProviderNotFound
from services.execution.models import Provider
from services.kit.work import Tx

# The column that a sealed key is bound to.
SEALED_KEY: Final = "sealed_key"


class Providers:
    """The providers of the transaction's tenant."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx

    async def add(self, provider: Provider) -> None:
        """Store a new provider."""
        self._tx.session.add(provider)
        await self._tx.session.flush()

    async def get(self, provider_id: str, *, lock: bool = False) -> Provider:
        """Return the provider; raise ProviderNotFound."""
        query = select(Provider).where(Provider.id == provider_id)
        found: Provider | None = await self._tx.session.scalar(
            query.with_for_update() if lock else query
        )
        if found is None:
            raise ProviderNotFound("there is no such provider", provider_id=provider_id)
        return found

    async def has_name(self, name: str, *, other_than: str = "") -> bool:
        """Tell whether another provider has the name. Take the lock of names before."""
        query = select(Provider.id).where(Provider.name == name, Provider.id != other_than)
        return await self._tx.session.scalar(query) is not None

    async def all(self) -> list[Provider]:
        """Return every provider, oldest first: the order in which they are asked."""
        query = select(Provider).order_by(Provider.create_time, Provider.id)
        return list(await self._tx.session.scalars(query))

    async def page(self, *, after: str, size: int) -> list[Provider]:
        """Return providers by name, those after a name."""
        query = select(Provider).where(Provider.name > after).order_by(Provider.name).limit(size)
        return list(await self._tx.session.scalars(query))

    async def remove(self, provider_id: str) -> None:
        """Delete the provider and its key; raise ProviderNotFound."""
        gone = delete(Provider).where(Provider.id == provider_id).returning(Provider.id)
        if (await self._tx.session.execute(gone)).scalar_one_or_none() is None:
            raise ProviderNotFound("there is no such provider", provider_id=provider_id)
