"""What Langfuse's SDKs send about prompts. As there, fields that nobody knows are passed over."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from gateway.schema import INT32, Digits, TimeIn


class Sent(BaseModel):
    """A body or a query: unknown fields are passed over, and no value is converted silently."""

    model_config = ConfigDict(extra="ignore", strict=True)


class CreatePrompt(Sent):
    """A version of a prompt. What `prompt` must be depends on `type`: `documents` reads it."""

    name: str
    prompt: Any
    type: str | None = None
    config: Any = None
    labels: list[str] | None = None
    tags: list[str] | None = None
    commit_message: str | None = Field(default=None, alias="commitMessage")


class UpdateLabels(Sent):
    """Labels to point at a version; those that it has stay."""

    new_labels: list[str] = Field(alias="newLabels")


class GetPrompt(BaseModel):
    """Which version of a prompt. References to other prompts are never stored: see `documents`."""

    model_config = ConfigDict(extra="ignore")

    version: Annotated[int, Digits] = Field(default=0, ge=0, le=INT32)
    label: str = Field(default="", max_length=200)


class ListPrompts(BaseModel):
    """Which prompts, and which page of them."""

    model_config = ConfigDict(extra="ignore")

    name: str = Field(default="", max_length=200)
    label: str = Field(default="", max_length=200)
    tag: str = Field(default="", max_length=200)
    page: Annotated[int, Digits] = Field(default=1, ge=1, le=1_000_000)
    limit: Annotated[int, Digits] = Field(default=10, ge=1, le=100)
    from_time: TimeIn | None = Field(default=None, alias="fromUpdatedAt")
    to_time: TimeIn | None = Field(default=None, alias="toUpdatedAt")
