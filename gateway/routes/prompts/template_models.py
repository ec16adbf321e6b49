"""Request and answer models of the library's templates."""

from typing import Any

from pydantic import ConfigDict, Field

from gateway.routes.prompts.models import Message, PromptContent, PromptName, PromptType
from gateway.schema import Answer, Body, Page, Query


class ListPromptTemplates(Query):
    """Which templates to list."""

    category: str = Field(
        default="", max_length=50, description="Only templates of this category, such as `code`."
    )
    query: str = Field(
        default="",
        max_length=200,
        description="Words that all are part of name, title, description, category or tags; "
        "case does not matter.",
    )
    tag: str = Field(default="", max_length=50, description="Only templates with this tag.")


class CopyPromptTemplate(Body):
    """What the copy is to be called."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "support/triage"}]})

    name: PromptName | None = Field(
        default=None, description="Name of the new prompt; left out: the template's."
    )


class PromptTemplate(Answer):
    """A template of the library, without its content."""

    name: str = Field(description="Unique in the library.", examples=["ticket-triage"])
    title: str = Field(examples=["Triage a support ticket"])
    category: str = Field(description="What templates are grouped by.", examples=["support"])
    description: str
    tags: list[str]
    type: PromptType
    content_hash: str = Field(
        description="SHA-256 of the canonical content, hex; an unchanged copy has the same."
    )
    is_default: bool = Field(description="Every new tenant starts with a prompt made from it.")


class PromptTemplatePage(Page):
    """Templates, by category, then title; always all of them on one page."""

    items: list[PromptTemplate]


class PromptTemplateExample(Answer):
    """Values that a template was written for, and what it becomes with them."""

    title: str
    variables: dict[str, Any] = Field(description="Variable -> value.")
    messages: list[Message] = Field(description="The template filled with them.")


class WholePromptTemplate(Answer):
    """A template with its content and examples."""

    template: PromptTemplate
    content: PromptContent
    examples: list[PromptTemplateExample]
