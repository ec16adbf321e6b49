"""Request and answer models of labels, their histories and the policies that protect them."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from gateway.schema import INT32, Answer, Body, Digits, Page, Query, Time

LabelRole = Literal["editor", "admin", "owner"]
LabelChange = Literal["set", "removed", "rolled_back", "recorded"]
_REASON = "Why; kept in the label's history. A policy can ask for it."
_EXPECTED = (
    "Where you believe the label points, 0: nowhere. 409 `LABEL_MOVED` when that is not so; left "
    "out: wherever it points."
)
_PATTERN = (
    "A label in which each `*` stands for any characters, none included. `latest` is never covered."
)
_PREFIX = "Only prompts whose name starts with it, such as `support/`; empty: all."
_MINIMUM_ROLE = "Who may move such labels: this role and those above it."
_FROZEN = "Nobody may move such labels until this is lifted, whatever the role."
_FREEZE_REASON = "Why; told to everybody who is refused. Needed with `is_frozen`, else empty."
Reason = Annotated[str, Field(max_length=500, description=_REASON, examples=["fewer refusals"])]
FreezeReason = Annotated[str, Field(max_length=500, description=_FREEZE_REASON)]
Expected = Annotated[int | None, Field(ge=0, le=INT32, description=_EXPECTED)]
LabelPattern = Annotated[
    str,
    Field(pattern=r"^[a-z0-9*][a-z0-9_.*-]{0,35}$", description=_PATTERN, examples=["prod*"]),
]
PromptPrefix = Annotated[
    str,
    Field(pattern=r"^([a-z0-9][a-z0-9_./-]{0,127})?$", description=_PREFIX, examples=["support/"]),
]
MinimumRole = Annotated[LabelRole, Field(description=_MINIMUM_ROLE)]


class SetPromptLabel(Body):
    """Which version a label is to point at."""

    version: Annotated[int, Field(ge=1, le=INT32, examples=[2])]
    reason: Reason = ""
    expected_version: Expected = None


class RollBackPromptLabel(Body):
    """Why a label goes back."""

    reason: Reason = ""
    expected_version: Expected = None


class DeletePromptLabel(Query):
    """Why a label is removed."""

    reason: str = Field(default="", max_length=500, description=_REASON)
    expected_version: Annotated[int | None, Digits] = Field(
        default=None, ge=0, le=INT32, description=_EXPECTED
    )


class CreateLabelPolicy(Body):
    """Which labels are protected, and how."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "label_pattern": "production",
                    "prompt_prefix": "support/",
                    "minimum_role": "admin",
                }
            ]
        }
    )

    label_pattern: LabelPattern
    prompt_prefix: PromptPrefix = ""
    minimum_role: MinimumRole = "editor"
    is_reason_required: bool = False
    is_frozen: Annotated[bool, Field(description=_FROZEN)] = False
    freeze_reason: FreezeReason = ""


class UpdateLabelPolicy(Body):
    """What of a policy is to change; what is left out stays."""

    label_pattern: LabelPattern | None = None
    prompt_prefix: PromptPrefix | None = None
    minimum_role: MinimumRole | None = None
    is_reason_required: bool | None = None
    is_frozen: Annotated[bool | None, Field(description=_FROZEN)] = None
    freeze_reason: Annotated[
        str | None,
        Field(max_length=500, description="Why; lifting the freeze clears it by itself."),
    ] = None


class LabelProtection(Answer):
    """What all policies that cover a label ask together."""

    policy_ids: list[str]
    minimum_role: LabelRole = Field(description="The highest that any of them asks for.")
    is_frozen: bool = Field(description="Nobody may move it.")
    freeze_reason: str
    is_reason_required: bool
    may_move: bool = Field(description="Whether you could move it now.")


class PromptLabelState(Answer):
    """A label with what can be done to it."""

    label: str = Field(examples=["production"])
    version: int
    update_time: Time | None
    actor_id: str = Field(description="`usr_…` or `key_…` that moved it last.")
    rollback_version: int = Field(
        description="Where a rollback would take it; 0: there is nothing to go back to."
    )
    protection: LabelProtection | None = Field(description="Null: no policy covers it.")


class PromptLabelStatePage(Page):
    """Labels, by name."""

    items: list[PromptLabelState]


class PromptLabelEvent(Answer):
    """Something that happened to a label."""

    sequence: int = Field(description="1, 2, 3 … over all labels of the prompt.")
    label: str = Field(examples=["production"])
    change: LabelChange = Field(
        description="`set`: set or moved; `recorded`: it stood there when the history began."
    )
    from_version: int = Field(description="0: it was not set.")
    to_version: int = Field(description="0: it was removed.")
    reason: str
    actor_id: str = Field(description="`usr_…` or `key_…`; empty: the default library.")
    create_time: Time


class PromptLabelEventPage(Page):
    """What happened to labels, newest first."""

    items: list[PromptLabelEvent]


class LabelPolicy(Answer):
    """A rule about who may set, move, remove and roll back labels."""

    id: str = Field(examples=["lpo_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    label_pattern: str = Field(description=_PATTERN)
    prompt_prefix: str = Field(description=_PREFIX)
    minimum_role: LabelRole = Field(description=_MINIMUM_ROLE)
    is_reason_required: bool
    is_frozen: bool = Field(description=_FROZEN)
    freeze_reason: str
    create_time: Time
    update_time: Time
    actor_id: str = Field(description="`usr_…` or `key_…` that changed it last.")
    etag: str = Field(description="Send it in If-Match of an update.")


class LabelPolicyPage(Page):
    """Policies, oldest first."""

    items: list[LabelPolicy]
