"""Reasons of this service; `pipelines.proto` says which RPC raises which."""

from collections.abc import Sequence
from typing import Final, Self

from services.kit.errors import (
    AlreadyExists,
    Conflict,
    FailedPrecondition,
    FieldViolation,
    InvalidArgument,
    NotFound,
)

# Callers' texts are shown cut to the length of the longest name.
_MOST_SHOWN: Final = 128
# Violations told in the message itself; all of them stand in `violations`.
_MOST_TOLD: Final = 5


class PipelineNotFound(NotFound):
    """No pipeline of this tenant has the id or name. Metadata: `pipeline`."""

    reason = "PIPELINE_NOT_FOUND"

    @classmethod
    def of(cls, reference: str) -> Self:
        """Build the error for an id or name."""
        shown = reference[:_MOST_SHOWN]
        return cls(f"there is no pipeline {shown}", pipeline=shown)


class PipelineVersionNotFound(NotFound):
    """The pipeline has no version of that number. Metadata: `pipeline`, `version`."""

    reason = "PIPELINE_VERSION_NOT_FOUND"

    @classmethod
    def of(cls, pipeline: str, version: int) -> Self:
        """Build the error for a number of a pipeline that is there."""
        message = f"pipeline {pipeline} has no version {version}"
        return cls(message, pipeline=pipeline, version=version)


class LabelNotFound(NotFound):
    """The pipeline has no such label. Metadata: `pipeline`, `label`."""

    reason = "LABEL_NOT_FOUND"

    @classmethod
    def of(cls, pipeline: str, label: str) -> Self:
        """Build the error for a label of a pipeline that is there."""
        shown = label[:_MOST_SHOWN]
        return cls(f"pipeline {pipeline} has no label {shown}", pipeline=pipeline, label=shown)


class PipelineNameTaken(AlreadyExists):
    """Another pipeline of the tenant, archived ones included, has the name. Metadata: `name`."""

    reason = "PIPELINE_NAME_TAKEN"


class PipelineArchived(FailedPrecondition):
    """An archived pipeline takes no new versions and starts no runs. Metadata: `pipeline`."""

    reason = "PIPELINE_ARCHIVED"

    @classmethod
    def of(cls, name: str, pipeline_id: str) -> Self:
        """Build the error for a pipeline that is there."""
        return cls(f"pipeline {name} is archived: bring it back first", pipeline=pipeline_id)


class EtagMismatch(Conflict):
    """The pipeline has changed since the caller read it.

    Metadata: `pipeline`, its present `etag`.
    """

    reason = "ETAG_MISMATCH"


class LabelReserved(InvalidArgument):
    """`latest` is moved by the platform alone."""

    reason = "LABEL_RESERVED"


class PipelineInvalid(InvalidArgument):
    """What was to be saved, beside the definition, is wrong; violations name each field."""

    reason = "PIPELINE_INVALID"

    @classmethod
    def of(cls, violations: Sequence[FieldViolation]) -> Self:
        """Build the error that tells the first violations and holds all of them."""
        return cls(_told(violations), violations=violations)


class DefinitionInvalid(InvalidArgument):
    """The definition has faults: a violation for each, with its path, such as `steps[2].url`."""

    reason = "DEFINITION_INVALID"

    @classmethod
    def of(cls, violations: Sequence[FieldViolation]) -> Self:
        """Build the error that tells the first faults and holds all of them."""
        return cls(_told(violations), violations=violations)


def _told(violations: Sequence[FieldViolation]) -> str:
    told = "; ".join(f"{one.field} {one.description}" for one in violations[:_MOST_TOLD])
    hidden = len(violations) - _MOST_TOLD
    return f"{told}; and {hidden} more" if hidden > 0 else told
