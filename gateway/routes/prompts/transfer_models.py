"""Request and answer models of imports and exports."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.schema import Answer, Flag, Query

ImportFormat = Literal["promptpilot", "langfuse", "openai", "promptfoo", "dotprompt"]
NamePrefix = Annotated[
    str, Field(max_length=100, pattern=r"^([a-z0-9][a-z0-9_./-]*)?$", examples=["support/"])
]


class ImportPrompts(Query):
    """What is done with the file."""

    file_name: str = Field(
        default="", max_length=255, description="Its name, which reports call it by."
    )
    format: ImportFormat | None = Field(
        default=None, description="Whose file it is; left out: told from the file."
    )
    name_prefix: NamePrefix = Field(default="", description="Put before each name.")
    labels: Literal["move", "add", "skip"] = Field(
        default="move",
        description="Labels point where the file says (`move`), only those not set here are set "
        "(`add`), or they are left out (`skip`).",
    )
    reason: str = Field(
        default="", max_length=500, description="Why labels are moved; kept in their histories."
    )
    is_dry_run: Flag = Field(
        default=False, description="Say what would happen, and change nothing."
    )


class ExportPrompts(Query):
    """What is exported: all prompts of the tenant when both are left out."""

    prompt: str = Field(
        default="", max_length=128, description="Id or name of the only prompt to export."
    )
    name_prefix: NamePrefix = Field(
        default="", description="Only prompts whose name starts with it."
    )


class ImportNote(Answer):
    """Something to know about a prompt of the file, and where it stands there."""

    file: str = Field(examples=["prompts/support/greeting/_versions/0002.yaml"])
    line: int = Field(description="From 1; 0: it is about no line.", examples=[7])
    field: str = Field(examples=["messages[1].content"])
    message: str


class ImportedLabel(Answer):
    """A label that the file sets."""

    label: str
    from_version: int = Field(description="0: nowhere.")
    to_version: int
    refusal: str = Field(
        description="Reason that keeps it from moving, such as `LABEL_PROTECTED`; empty: it moves."
    )
    refusal_message: str


class ImportStarted(Answer):
    """Data of the event `started`."""

    format: ImportFormat
    total: int = Field(description="How many prompts the file holds.")


class ImportItem(Answer):
    """Data of an event `item`: one prompt of the file."""

    index: int
    name: str
    source: str = Field(description="Where it stands in the file.")
    outcome: Literal["created", "changed", "unchanged", "refused"]
    prompt_id: str
    version_count: int
    new_versions: list[int]
    is_described_anew: bool
    labels: list[ImportedLabel]
    faults: list[ImportNote]
    warnings: list[ImportNote]


class ImportEnded(Answer):
    """Data of the event `ended`: how many prompts had which outcome."""

    created: int
    changed: int
    unchanged: int
    refused: int
    refused_labels: int
