"""Settings of this service: variables PP_PROMPTS_<FIELD>."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.kit.settings import ServiceSettings


class PromptsSettings(ServiceSettings):
    """What every service is told, and what is only this one's."""

    model_config = SettingsConfigDict(env_prefix="PP_PROMPTS_")

    # How often prompts are looked for that the search index does not show as they are now.
    reindex_interval_s: float = Field(default=600, ge=1, le=86_400)
