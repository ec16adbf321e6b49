"""Settings of billing."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.kit.settings import Group, ServiceSettings


class FallbackPriceSettings(Group):
    """What a model that nobody knows costs: dear rather than free.

    By default 10 US dollars for input and 30 for output. Records priced by it are flagged
    (`PRICE_SOURCE_FALLBACK`), so that an own price can be added.
    """

    input_nano_usd_per_million_tokens: int = Field(default=10_000_000_000, gt=0, le=10**15)
    output_nano_usd_per_million_tokens: int = Field(default=30_000_000_000, gt=0, le=10**15)


class BillingSettings(ServiceSettings):
    """What billing is told, in variables PP_BILLING_…."""

    model_config = SettingsConfigDict(env_prefix="PP_BILLING_")

    fallback_price: FallbackPriceSettings = FallbackPriceSettings()
