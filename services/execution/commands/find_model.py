"""Who answers a model: the simulator in test mode, the tenant's providers in live mode."""

from typing import Final

from services.execution.adapters.models.openai_compatible import OpenAICompatible
from services.execution.adapters.models.simulator import Simulator
from services.execution.adapters.models.traced import TracedProvider
from services.execution.errors import ModelNotFound
from services.execution.models import Provider
from services.execution.repository.providers import SEALED_KEY, Providers
from services.execution.rules.model_calls import ModelProvider
from services.execution.rules.modes import Mode
from services.execution.rules.providers import choose_provider, price_book_name
from services.kit.egress import Egress
from services.kit.ids import TenantId
from services.kit.seal import Sealer
from services.kit.work import UnitOfWork

_TABLE: Final = "providers"


class ModelDirectory:
    """Finds providers; a key is opened for the one call that needs it."""

    def __init__(
        self, work: UnitOfWork, sealer: Sealer, egress: Egress, simulator: Simulator
    ) -> None:
        self._work = work
        self._sealer = sealer
        self._egress = egress
        self._simulator = simulator

    async def find(self, tenant: TenantId, mode: Mode, model: str) -> ModelProvider:
        """Return who answers the model; raise ModelNotFound."""
        if mode == "test":
            return TracedProvider(self._simulator)
        async with self._work.begin(tenant) as tx:
            provider = choose_provider(await Providers(tx).all(), model)
            if provider is None:
                raise ModelNotFound(
                    f"no provider answers the model {model!r}" if model else "name a model",
                    model=model,
                )
            key = ""
            if provider.sealed_key is not None:
                key = await self._sealer.open(
                    tx, provider.sealed_key, table=_TABLE, column=SEALED_KEY, row=provider.id
                )
        return TracedProvider(self._connection(provider, key))

    def _connection(self, provider: Provider, key: str) -> OpenAICompatible:
        return OpenAICompatible(
            self._egress,
            base_url=provider.base_url,
            api_key=key,
            provider=price_book_name(provider.base_url, provider.name),
        )
