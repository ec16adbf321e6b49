"""Request and answer models of branches and merges."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from gateway.routes.prompts.models import Note, PromptContent, PromptDraft, PromptVersion
from gateway.schema import INT32, Answer, Body, Page, PageParams, Time

BranchState = Literal["open", "merged", "closed"]
MergeSide = Literal["base", "ours", "theirs"]
BRANCH = r"^[A-Za-z0-9_][A-Za-z0-9._/-]{0,99}$"
BranchName = Annotated[
    str,
    Field(
        pattern=BRANCH,
        description="1 to 100 of A-Z, a-z, 0-9, `_`, `.`, `-`, with `/` between parts.",
        examples=["shorter"],
    ),
]
# Number of a version in a body; 0 where none is named.
Number = Annotated[int, Field(ge=0, le=INT32)]


class CreatePromptBranch(Body):
    """A new branch."""

    name: BranchName
    base_version: Number = Field(
        default=0, description="Version to begin at; 0: the head of `main`."
    )


class ListPromptBranches(PageParams):
    """Which branches to list."""

    state: BranchState | None = Field(default=None, description="Only branches of this state.")


class MergeResolution(Body):
    """Settles one conflict: by a side, or by a value."""

    path: str = Field(max_length=1000, description="`path` of the conflict.", examples=["text#1"])
    side: MergeSide | None = Field(default=None, description="Whose value to take.")
    value: Any = Field(
        default=None,
        description="Without a side: what to put there; null: nothing stands there.",
    )


class MergeSource(Body):
    """What to merge: a branch, or a version."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"branch": "shorter"}]})

    branch: BranchName | None = None
    version: Number = Field(
        default=0,
        description="With a branch: its head as you know it, 409 `BRANCH_MOVED` when it is another;"
        " 0: whatever it is. Without one: the version to merge.",
    )


class PreviewSource(MergeSource):
    """What to merge: a draft, else a branch, else a version."""

    draft: PromptDraft | None = Field(default=None, description="Content that is not saved.")
    draft_base_version: Number = Field(
        default=0, description="With a draft: the version that it changes."
    )


Resolutions = Annotated[
    list[MergeResolution], Field(max_length=1000, description="Each of another conflict.")
]


class PreviewPromptMerge(Body):
    """A merge to try."""

    source: PreviewSource
    resolutions: Resolutions = Field(default_factory=list)
    target_version: Number = Field(
        default=0, description="Head of the target as you know it; 0: whatever it is."
    )


class MergePromptBranch(Body):
    """A merge to make."""

    source: MergeSource
    resolutions: Resolutions = Field(default_factory=list)
    target_version: Number = Field(
        default=0,
        description="Head of the target as you know it; 0: whatever it is. With resolutions, this "
        "and `source.version` must be those of the preview.",
    )
    note: Note = ""
    is_source_kept: bool = Field(
        default=False, description="The source branch stays open instead of being marked merged."
    )


class PromptBranch(Answer):
    """A line of versions beside the others."""

    name: str = Field(examples=["shorter"])
    base_version: int = Field(description="Version that it began at; 0 for `main`.")
    head_version: int = Field(
        description="Its newest version; `base_version` as long as it has none of its own."
    )
    state: BranchState
    create_time: Time
    creator_id: str = Field(description="`usr_…` or `key_…`; empty for `main`.")
    end_time: Time | None = Field(description="When it was merged or closed.")
    merge_version: int = Field(description="Version that merged it; 0: none did.")


class PromptBranchPage(Page):
    """Branches: `main`, then the others, newest first."""

    items: list[PromptBranch]


class LineRange(Answer):
    """Lines of a text."""

    start: int = Field(description="From 1; of no lines, the one before which they would stand.")
    count: int


class ConflictLines(Answer):
    """Where the conflicting lines of a text stand."""

    base: LineRange
    ours: LineRange
    theirs: LineRange


class MergeConflict(Answer):
    """A place that both sides changed, each in its own way."""

    path: str = Field(
        description="Names it in every preview of the same versions; messages are counted as the "
        "target has them.",
        examples=["messages[1].content#1", "messages[2:3]", "variables.topic", "model"],
    )
    base: Any = Field(
        description="Null where that version has nothing there, or where several common ancestors "
        "differ; of a text its lines."
    )
    ours: Any = Field(description="As the target has it.")
    theirs: Any = Field(description="As the source has it.")
    lines: ConflictLines | None = Field(description="Of a text only.")
    is_settled: bool = Field(description="A resolution of the request settles it.")


class MergeFault(Answer):
    """What keeps a result from being saved."""

    field: str = Field(examples=["content.messages[1].content"])
    description: str


class MergePreview(Answer):
    """What a merge would give."""

    base_version: int = Field(
        description="The nearest common ancestor, or the version that a draft changes. Of several "
        "nearest ones, which merges that crossed leave, the newest."
    )
    target_version: int = Field(description="Head of the target: `ours`.")
    source_version: int = Field(description="`theirs`; 0 for a draft.")
    content: PromptContent = Field(
        description="Conflicts that are not settled stand as the target has them."
    )
    conflicts: list[MergeConflict]
    is_settled: bool = Field(description="Every conflict is settled.")
    is_unchanged: bool = Field(
        description="Nothing to write: the target descends from the source, or holds already what "
        "the draft would give."
    )
    faults: list[MergeFault] = Field(description="What keeps the result from being saved.")


class MergedBranch(Answer):
    """What a merge wrote."""

    version: PromptVersion | None = Field(
        description="Null: the target descends from the source, nothing was written."
    )
