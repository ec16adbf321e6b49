"""Request and answer models of model providers."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.routes.execution.models import Mode
from gateway.schema import Answer, Body, Page, Query, Time

ProviderName = Annotated[str, Field(min_length=1, max_length=100, examples=["OpenAI"])]
BaseUrl = Annotated[
    str, Field(min_length=1, max_length=2000, examples=["https://api.openai.com/v1"])
]
ApiKeyText = Annotated[
    str,
    Field(
        max_length=1000, description="Write-only: never shown again, only its last four characters."
    ),
]
ModelNames = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=200)]],
    Field(
        max_length=1000,
        description='Names this provider answers; "*" for any.',
        examples=[["gpt-4o-mini"]],
    ),
]


class CreateProvider(Body):
    """A connection to a model provider."""

    name: ProviderName
    kind: Literal["openai_compatible"] = "openai_compatible"
    base_url: BaseUrl
    api_key: ApiKeyText = ""
    models: ModelNames = Field(default_factory=lambda: ["*"])


class UpdateProvider(Body):
    """What of a provider is to change; what is left out stays.

    Another host without a new key clears the key.
    """

    name: ProviderName | None = None
    base_url: BaseUrl | None = None
    api_key: ApiKeyText | None = None
    models: ModelNames | None = Field(default=None, description="Replaces all models.")


class ListModels(Query):
    """Whose models to list."""

    mode: Mode | None = Field(default=None, description="Left out: the caller's environment.")


class Provider(Answer):
    """A connection to a model provider, without its key."""

    id: str = Field(examples=["prv_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    name: str
    kind: str
    base_url: str
    key_last_four: str = Field(description="Empty: no key is stored.")
    models: list[str]
    create_time: Time
    update_time: Time
    etag: str = Field(description="Send it in If-Match of an update.")


class ProviderPage(Page):
    """Providers by name."""

    items: list[Provider]


class Model(Answer):
    """A model that calls may name."""

    name: str = Field(examples=["sim-text"])
    provider: str = Field(description='"simulator" or the provider\'s name.')
    description: str


class ModelPage(Page):
    """Models; always one page."""

    items: list[Model]
