"""Request and answer models of comparisons."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from gateway.routes.billing.models import CostEstimate
from gateway.routes.prompts.models import PromptDraft
from gateway.schema import INT32, Answer, Body, Query, Time
from promptpilot.prompts.v1 import prompts_pb2 as pb

Change = Literal["same", "changed", "added", "removed"]
PriceStatus = Literal["known", "no_model", "not_published", "unavailable"]
# A version as it is named in a comparison.
_SIDE = r"^[a-z0-9][a-z0-9_.-]{0,35}$"
Earlier = Annotated[str, Field(pattern=_SIDE, examples=["production"])]
_HOW = "A number or a label; digits alone are a number."


def side(text: str) -> pb.ComparedVersion:
    """Read a number or a label."""
    if text.isdigit() and 1 <= int(text) <= INT32:
        return pb.ComparedVersion(version=int(text))
    return pb.ComparedVersion(label=text)


class ComparePromptVersions(Query):
    """Which versions to compare."""

    before: Earlier = Field(
        default="production", alias="from", description=f"The earlier side. {_HOW}"
    )
    after: Earlier = Field(default="latest", alias="to", description=f"The later side. {_HOW}")


class ComparePromptDraft(Body):
    """A draft, and the version to compare it with."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"from": "production", "draft": {"type": "text", "text": "Hi {{name}}"}}]
        }
    )

    before: Earlier = Field(default="latest", alias="from", description=_HOW)
    draft: PromptDraft


class TokenEstimate(Answer):
    """What a version costs in tokens before anything is run: what its templates hold."""

    input_tokens: int = Field(
        description="Fixed text, a section's text once, variables by their default; tools and "
        "JSON schema as JSON; what messages cost beside their text."
    )
    vocabulary: str = Field(examples=["o200k_base"])
    is_own_vocabulary: bool = Field(
        description="The model is known to count by this vocabulary; false: an estimate."
    )
    uncounted_variables: list[str] = Field(
        description="Printed variables and repeated lists without a default, and placeholders: "
        "their values come on top."
    )
    has_sections: bool = Field(description="Their text may be sent never, or often.")
    tool_and_schema_tokens: int = Field(
        description="Part of `input_tokens`; providers write these in a form of their own."
    )
    max_output_tokens: int = Field(description="0: the parameters set no limit.")


class ComparedSide(Answer):
    """One side of a comparison."""

    version: int = Field(description="0 for a draft.")
    label: str = Field(description="Empty when no label was asked for.")
    content_hash: str
    model: str = Field(description="Empty: the caller chooses.")
    note: str
    create_time: Time | None = Field(description="Null for a draft.")
    creator_id: str
    tokens: TokenEstimate


class PricedSide(ComparedSide):
    """One side, and what a call with it costs."""

    price_status: PriceStatus = Field(
        description="`no_model`: the caller chooses one; `not_published`: nobody publishes a "
        "price of the model, and the tenant has none of its own; `unavailable`: prices could not "
        "be asked for, try again."
    )
    cost: CostEstimate | None = Field(description="Null unless the price is known.")


class TextPart(Answer):
    """A part of a text: `same`, `added` or `removed`."""

    change: Change
    text: str


class MessageComparison(Answer):
    """A message of either side, or of both."""

    change: Change
    is_moved: bool = Field(description="It may be `same` all the same.")
    before_index: int = Field(description="-1: not there.")
    after_index: int = Field(description="-1: not there.")
    before_role: str
    after_role: str
    parts: list[TextPart] = Field(
        description="Whole words and tags. `same` and `removed` parts make up the earlier text, "
        "`same` and `added` ones the later."
    )
    is_coarse: bool = Field(
        description="The texts were too long and too different to look at every word."
    )


class FieldComparison(Answer):
    """A member of a JSON document that differs."""

    path: str = Field(description="JSON Pointer (RFC 6901).", examples=["/temperature"])
    change: Change
    before: Any = Field(description="Null: not there, or null itself.")
    after: Any = Field(description="Null: not there, or null itself.")


class NamedComparison(Answer):
    """A variable or tool that differs."""

    name: str
    change: Change
    fields: list[FieldComparison]


class ContentComparison(Answer):
    """What differs between two versions."""

    prompt_id: str
    before: ComparedSide
    after: ComparedSide
    is_same: bool = Field(description="Their contents are equal, byte for byte.")
    messages: list[MessageComparison] = Field(
        description="Every message, in the later version's order; removed ones where they stood."
    )
    variables: list[NamedComparison]
    is_variable_order_changed: bool
    parameters: list[FieldComparison] = Field(description="Without tools and `response_format`.")
    tools: list[NamedComparison]
    is_tool_order_changed: bool
    output_schema: list[FieldComparison] = Field(description="Of `response_format`.")


class CostDifference(Answer):
    """The later side minus the earlier one, for a call with each."""

    input_tokens: int
    input_cost_nano_usd: int | None = Field(description="Null unless both prices are known.")
    max_output_cost_nano_usd: int | None = Field(
        description="Null unless both prices are known and both sides limit their output."
    )


class PromptComparison(ContentComparison):
    """What differs between two versions, and what the difference costs."""

    before: PricedSide
    after: PricedSide
    difference: CostDifference
