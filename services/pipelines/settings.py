"""Settings of pipelines."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from services.kit.settings import ServiceSettings


class PipelinesSettings(ServiceSettings):
    """What pipelines is told, in variables PP_PIPELINES_…; `rpc.peers` must name `prompts`."""

    model_config = SettingsConfigDict(env_prefix="PP_PIPELINES_")

    # How long prompts may take to say which prompts exist, while a definition is checked.
    prompts_timeout_s: float = Field(default=2, gt=0, le=30)
