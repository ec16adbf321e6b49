"""Settings of this service: variables PP_PROMPTS_<FIELD>."""

from pydantic_settings import SettingsConfigDict

from services.kit.settings import ServiceSettings


class PromptsSettings(ServiceSettings):
    """What every service is told, and nothing more yet."""

    model_config = SettingsConfigDict(env_prefix="PP_PROMPTS_")
