"""Request and answer models of prompts."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from gateway.schema import (
    INT32,
    Answer,
    Body,
    Digits,
    Document,
    Flag,
    Label,
    Name,
    Page,
    PageParams,
    Query,
    Time,
)

PromptType = Literal["text", "chat"]
ChatRole = Literal["system", "user", "assistant", "placeholder"]
VariableType = Literal["string", "number", "integer", "boolean", "list", "object"]
Template = Annotated[
    str, Field(max_length=200_000, description="Mustache template, at most 200,000 characters.")
]
Tag = Annotated[str, Field(min_length=1, max_length=50)]
Tags = Annotated[list[Tag], Field(max_length=20, examples=[["support", "german"]])]
PromptName = Annotated[
    Name, Field(description='Unique in the tenant; folders by "/".', examples=["support/greeting"])
]
Description = Annotated[str, Field(max_length=2000)]
Note = Annotated[
    str, Field(max_length=500, description="Why this version was made.", examples=["shorter"])
]
# Number of a version in a body; 0 where none is named.
BodyVersion = Annotated[int, Field(ge=0, le=INT32)]

_CONTENT: dict[str, Any] = {
    "type": "text",
    "text": "Summarize in {{length}}:\n\n{{text}}",
    "variables": [
        {"name": "text", "type": "string"},
        {"name": "length", "type": "string", "default": "3 sentences"},
    ],
    "parameters": {"temperature": 0.2},
}


class MessageDraft(Body):
    """One message of a chat prompt."""

    role: ChatRole = Field(
        description="`placeholder`: the messages of a list variable stand there when it is filled."
    )
    content: Template = Field(
        description="Mustache template, at most 200,000 characters; of a placeholder, the name of "
        "its variable, whose value is a list of objects with `role` and `content`."
    )


class VariableDraft(Body):
    """A variable to declare."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$", examples=["length"])]
    type: VariableType = "string"
    description: Annotated[str, Field(max_length=500)] = ""
    default: Any = Field(
        default=None,
        description="Value when none is given; null or absent: the variable is required.",
    )
    enum: Annotated[list[Any], Field(max_length=100)] = Field(
        default_factory=list, description="Values that are allowed; empty: any of the type."
    )


class PromptDraft(Body):
    """What a version will hold: one text, or messages with roles."""

    model_config = ConfigDict(json_schema_extra={"examples": [_CONTENT]})

    type: PromptType
    text: Template = Field(default="", description="For type text.")
    messages: Annotated[list[MessageDraft], Field(max_length=100)] = Field(
        default_factory=list, description="For type chat: 1 to 100."
    )
    variables: Annotated[list[VariableDraft], Field(max_length=200)] = Field(
        default_factory=list,
        description="Variables that are used but not declared are strings without default.",
    )
    model: Annotated[str, Field(max_length=200)] = Field(
        default="", description="Empty: the caller chooses."
    )
    parameters: Document = Field(
        default_factory=dict,
        description="temperature, max_tokens, top_p, stop, seed, response_format …",
    )


class CreatePrompt(Body):
    """A new prompt with its first version."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "support/summary", "content": _CONTENT}]}
    )

    name: PromptName
    description: Description = ""
    tags: Tags = Field(default_factory=list)
    content: PromptDraft
    note: Note = ""


class UpdatePrompt(Body):
    """What of a prompt is to change; what is left out stays."""

    name: PromptName | None = None
    description: Description | None = None
    tags: Tags | None = Field(default=None, description="Replaces all tags.")


class CreatePromptVersion(Body):
    """A new version."""

    content: PromptDraft
    note: Note = ""
    branch: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}$")] = Field(
        default="main", description="The branch to add it to."
    )
    base_version: BodyVersion = Field(
        default=0,
        description="The branch's head as you know it: when it is another, 409 `BRANCH_MOVED` says "
        "which, and nothing is written. 0: whatever it is.",
    )


class SetLabel(Body):
    """Which version a label is to point at."""

    version: Annotated[int, Field(ge=1, le=INT32, examples=[2])]


class RenderPrompt(Body):
    """Values to fill a version with, or a draft that is not saved."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"variables": {"text": "Long text …"}, "label": "production"}]
        }
    )

    label: Label | None = Field(
        default=None, description="Which version, when `version` is not given: production."
    )
    version: BodyVersion = Field(default=0, description="Which version by number; 0: by label.")
    draft: PromptDraft | None = Field(
        default=None, description="Rendered instead of a saved version."
    )
    variables: Document = Field(
        default_factory=dict, description="Variable -> value, at most 1 MB."
    )


class ListPrompts(PageParams):
    """Which prompts to list."""

    query: str = Field(
        default="",
        max_length=200,
        description="Part of name, description or tag; case does not matter.",
    )
    tag: str = Field(default="", max_length=50, description="Only prompts with this tag.")
    is_archived: Flag = Field(default=False, description="Archived prompts instead of the others.")


class ResolvePrompt(Query):
    """Which version of a prompt to fetch: by number, else by label."""

    label: str = Field(
        default="",
        max_length=36,
        description="Used when `version` is not given; `production` by default.",
    )
    version: Annotated[int, Digits] = Field(
        default=0, ge=0, le=INT32, description="Version number; 0: by label."
    )


class WatchPrompts(Query):
    """Whose changes are told."""

    prompt_ids: str = Field(
        default="",
        max_length=6_000,
        pattern=r"^(prm_[0-9a-z]{26}(,prm_[0-9a-z]{26}){0,199})?$",
        description="Ids of up to 200 prompts, separated by commas; empty: all of the tenant.",
        examples=["prm_01jd8n3zq4e5v9x7k2m6r0t1wb"],
    )

    def wanted(self) -> frozenset[str]:
        """Return the ids; none means all."""
        return frozenset(self.prompt_ids.split(",")) if self.prompt_ids else frozenset()


class Message(Answer):
    """One message with its role."""

    role: str = Field(examples=["user"])
    content: str


class Variable(Answer):
    """A declared variable."""

    name: str
    type: VariableType
    description: str
    default: Any = Field(description="Null: required.")
    enum: list[Any] = Field(description="Empty: any of the type.")


class PromptContent(Answer):
    """What a version holds."""

    type: PromptType
    text: str
    messages: list[Message]
    variables: list[Variable]
    model: str
    parameters: dict[str, Any] | None


class PromptLabel(Answer):
    """A label and where it points."""

    label: str = Field(examples=["production"])
    version: int
    update_time: Time | None
    actor_id: str = Field(description="`usr_…` or `key_…` that moved it last.")


class Prompt(Answer):
    """A prompt without its content."""

    id: str = Field(examples=["prm_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    name: str
    description: str
    type: PromptType
    tags: list[str]
    latest_version: int = Field(description="Number of the newest version, on whatever branch.")
    labels: list[PromptLabel] = Field(description="`latest` included.")
    create_time: Time
    update_time: Time
    archive_time: Time | None = Field(description="Set while archived.")
    etag: str = Field(description="Send it in If-Match of an update.")


class PromptPage(Page):
    """Prompts, last changed first."""

    items: list[Prompt]


class PromptVersion(Answer):
    """An immutable version."""

    prompt_id: str
    number: int
    content: PromptContent
    note: str
    content_hash: str = Field(description="SHA-256 of the canonical content, hex.")
    create_time: Time
    creator_id: str = Field(description="`usr_…` or `key_…`; empty: the default library.")
    undeclared_variables: list[str] = Field(
        description="Used in the templates and not declared in `variables`: required strings."
    )
    branch: str = Field(description="Branch that it was added to.", examples=["main"])
    parents: list[int] = Field(
        description="Versions it came from: none for the first, two for a merge, whose branch's "
        "former head comes first.",
        examples=[[1]],
    )


class PromptVersionPage(Page):
    """Versions, newest first."""

    items: list[PromptVersion]


class CreatedPrompt(Answer):
    """A prompt and its first version."""

    prompt: Prompt
    version: PromptVersion


class ResolvedPrompt(Answer):
    """What a label or number stands for now."""

    prompt_id: str
    name: str
    label: str = Field(description="Empty when a number was asked for.")
    version: PromptVersion


class RenderedPrompt(Answer):
    """Messages ready for a model."""

    messages: list[Message]
    model: str = Field(description="Empty: the caller chooses.")
    parameters: dict[str, Any] | None
    prompt_id: str = Field(description="Empty for a draft.")
    version: int = Field(description="0 for a draft.")
