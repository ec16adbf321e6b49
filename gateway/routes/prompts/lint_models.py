"""Request and answer models of lint."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.routes.prompts.models import PromptDraft, VariableDraft
from gateway.schema import Answer, Body

Severity = Literal["error", "warning", "info"]


class LintedVariable(VariableDraft):
    """A variable as it is being written: its name may not be one yet."""

    name: Annotated[str, Field(max_length=1_000, examples=["length"])]


class LintedDraft(PromptDraft):
    """A draft as it is being written."""

    variables: Annotated[list[LintedVariable], Field(max_length=200)] = Field(  # type: ignore[assignment] # a list is invariant
        default_factory=list,
        description="Variables that are used but not declared are strings without default.",
    )


class LintPrompt(Body):
    """A draft to look through."""

    content: LintedDraft


class LintPlace(Answer):
    """A part of a message's template, counted in Unicode code points; lines end at LF alone."""

    message_index: int = Field(description="0 for a text prompt.")
    start: int = Field(description="First character, from 0.")
    end: int = Field(description="First character past the part.")
    line: int = Field(description="Lines and columns count from 1.")
    column: int
    end_line: int
    end_column: int


class LintFix(Answer):
    """A text to put at the finding's place."""

    title: str = Field(examples=["Write {{name}}"])
    replacement: str


class LintFinding(Answer):
    """What a rule found."""

    code: str = Field(description="Stable name of the rule.", examples=["variable-unused"])
    severity: Severity = Field(description="`error`: the draft cannot be saved.")
    message: str = Field(description="What is found, and how to mend it.")
    field: str = Field(examples=["content.variables[0]"])
    place: LintPlace | None = Field(description="Null when it is not about a part of a template.")
    variable: str = Field(description="The variable that it is about; may be empty.")
    fix: LintFix | None = Field(description="A change of the text that mends it.")


class PromptLint(Answer):
    """Findings, the gravest first."""

    findings: list[LintFinding]
    is_cut: bool = Field(description="Some rule found more than the 50 that are listed of each.")
