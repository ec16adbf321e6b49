"""Request and answer models of search, similar prompts and folders."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.routes.prompts.models import Prompt, PromptType
from gateway.schema import Answer, Digits, Flag, Page, PageParams, Query, TimeIn

MatchField = Literal["name", "description", "tag", "text", "note"]
Folder = Annotated[str, Field(max_length=128, examples=["support/mail"])]


class SearchPrompts(PageParams):
    """What to look for."""

    query: str = Field(
        default="",
        max_length=500,
        description="Words that all must be there, whole or as beginnings; case and accents do "
        'not matter. `"words in quotes"` stand side by side, `-word` must not be there. Words '
        "after the 32nd are not looked at.",
        examples=["refund polic"],
    )
    folder: Folder = Field(default="", description="Prompts in this folder and in those below.")
    tag: str = Field(default="", max_length=50, description="Only prompts with this tag.")
    type: PromptType | None = Field(default=None, description="Only prompts of this type.")
    label: str = Field(default="", max_length=36, description="Only prompts that have this label.")
    model: str = Field(
        default="",
        max_length=200,
        description="Only prompts of which a version that a label points at (`latest` included) "
        "names this model.",
    )
    author: str = Field(
        default="",
        max_length=64,
        description="Only prompts of which this `usr_…` or `key_…` made a version.",
    )
    updated_since: TimeIn | None = Field(
        default=None, description="Only prompts changed at or after this time."
    )
    is_archived: Flag = Field(default=False, description="Archived prompts instead of the others.")
    page_size: Annotated[int, Digits] = Field(
        default=20, ge=1, le=50, description="How many items at most."
    )


class SnippetPart(Answer):
    """A piece of a text."""

    text: str
    is_match: bool = Field(description="It is a word that was searched for.")


class PromptMatch(Answer):
    """A field in which words were found."""

    field: MatchField
    version: int = Field(description="Whose text or note it is; 0 for other fields.")
    parts: list[SnippetPart] = Field(
        description="One after the other the piece of it that shows most; `…` where it is cut."
    )


class FoundPrompt(Answer):
    """A prompt that was found."""

    prompt: Prompt
    matches: list[PromptMatch] = Field(
        description="At most 4, the most telling first. Empty without words to search for, and "
        "for results behind the first 1 MB of texts of a page."
    )


class FoundPromptPage(Page):
    """Prompts that were found, best first."""

    items: list[FoundPrompt]
    is_catching_up: bool = Field(
        description="So much changed at once that some of it is not indexed yet: ask again in a "
        "moment."
    )


class FindSimilarPrompts(Query):
    """How many to list."""

    page_size: Annotated[int, Digits] = Field(
        default=5, ge=1, le=20, description="How many at most."
    )


class SimilarPrompt(Answer):
    """A prompt near another one."""

    prompt: Prompt
    similarity: float = Field(
        description="Cosine of the two vectors: near 0 nothing in common, 1 the same.",
        examples=[0.62],
    )


class SimilarPrompts(Answer):
    """The nearest prompts, nearest first."""

    items: list[SimilarPrompt]
    embedder: str = Field(
        description="What made the vectors; `local-hashing` compares wording, not meaning.",
        examples=["local-hashing"],
    )


class ListPromptFolders(PageParams):
    """Which folders to list."""

    parent: Folder = Field(default="", description="The folder above; empty: the top.")


class PromptFolder(Answer):
    """A folder of prompts."""

    path: str = Field(examples=["support/mail"])
    prompt_count: int = Field(description="Prompts in use in it and in the folders below.")
    folder_count: int = Field(description="Folders right below it.")


class PromptFolderPage(Page):
    """Folders, by path."""

    items: list[PromptFolder]
