"""Reasons of this service; `prompts.proto` says which RPC raises which."""

from typing import Final, Self

from services.kit.errors import (
    AlreadyExists,
    Conflict,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
)

# Callers' texts are shown cut to the length of the longest name.
_MOST_SHOWN: Final = 128


class PromptNotFound(NotFound):
    """No prompt of this tenant has the id or name. Metadata: `prompt`."""

    reason = "PROMPT_NOT_FOUND"

    @classmethod
    def of(cls, reference: str) -> Self:
        """Build the error for an id or name."""
        shown = reference[:_MOST_SHOWN]
        return cls(f"there is no prompt {shown}", prompt=shown)


class PromptVersionNotFound(NotFound):
    """The prompt has no version of that number. Metadata: `prompt`, `version`."""

    reason = "PROMPT_VERSION_NOT_FOUND"

    @classmethod
    def of(cls, prompt: str, version: int) -> Self:
        """Build the error for a number of a prompt that is there."""
        return cls(f"prompt {prompt} has no version {version}", prompt=prompt, version=version)


class LabelNotFound(NotFound):
    """The prompt has no such label. Metadata: `prompt`, `label`."""

    reason = "LABEL_NOT_FOUND"

    @classmethod
    def of(cls, prompt: str, label: str) -> Self:
        """Build the error for a label of a prompt that is there."""
        shown = label[:_MOST_SHOWN]
        return cls(f"prompt {prompt} has no label {shown}", prompt=prompt, label=shown)


class PromptTemplateNotFound(NotFound):
    """The library has no template of that name. Metadata: `template`."""

    reason = "PROMPT_TEMPLATE_NOT_FOUND"

    @classmethod
    def of(cls, name: str) -> Self:
        """Build the error for a name."""
        shown = name[:_MOST_SHOWN]
        return cls(f"the library has no template {shown}", template=shown)


class PromptNameTaken(AlreadyExists):
    """Another prompt of the tenant, archived ones included, has the name. Metadata: `name`."""

    reason = "PROMPT_NAME_TAKEN"


class PromptArchived(FailedPrecondition):
    """An archived prompt takes no new versions. Metadata: `prompt`."""

    reason = "PROMPT_ARCHIVED"


class EtagMismatch(Conflict):
    """The prompt has changed since the caller read it. Metadata: `prompt`, its present `etag`."""

    reason = "ETAG_MISMATCH"


class LabelReserved(InvalidArgument):
    """`latest` is moved by the platform alone."""

    reason = "LABEL_RESERVED"


class PromptInvalid(InvalidArgument):
    """What was to be saved is wrong; violations name each field, and line and column in it."""

    reason = "PROMPT_INVALID"


class VariablesInvalid(InvalidArgument):
    """Variables do not fit the prompt; the violations name each one."""

    reason = "VARIABLES_INVALID"


class RenderTooLarge(InvalidArgument):
    """The rendered prompt would pass the bounds of output or work."""

    reason = "RENDER_TOO_LARGE"


class LabelMoved(Conflict):
    """The label does not point where the caller believed. Metadata: `label`, `version` (now)."""

    reason = "LABEL_MOVED"


class NothingToRollBack(FailedPrecondition):
    """The label never stood at another version before. Metadata: `label`."""

    reason = "NOTHING_TO_ROLL_BACK"


class LabelProtected(PermissionDenied):
    """A policy asks for a higher role. Metadata: `policy`, `minimum_role`."""

    reason = "LABEL_PROTECTED"


class LabelFrozen(FailedPrecondition):
    """A policy says that nobody moves the label for now. Metadata: `policy`."""

    reason = "LABEL_FROZEN"


class ReasonRequired(InvalidArgument):
    """A policy asks why the label is moved. Metadata: `policy`."""

    reason = "REASON_REQUIRED"


class SimilarNeedsPgvector(FailedPrecondition):
    """The database of this service has no pgvector, which compares embeddings."""

    reason = "SIMILAR_NEEDS_PGVECTOR"


class LabelPolicyNotFound(NotFound):
    """The tenant has no such policy. Metadata: `policy`."""

    reason = "LABEL_POLICY_NOT_FOUND"

    @classmethod
    def of(cls, policy_id: str) -> Self:
        """Build the error for an id."""
        shown = policy_id[:_MOST_SHOWN]
        return cls(f"there is no label policy {shown}", policy=shown)


class LabelPolicyExists(AlreadyExists):
    """Another policy has the same pattern and prefix. Metadata: both."""

    reason = "LABEL_POLICY_EXISTS"


class TooManyLabelPolicies(FailedPrecondition):
    """The tenant has as many policies as it may have. Metadata: `most`."""

    reason = "TOO_MANY_LABEL_POLICIES"


class BranchNotFound(NotFound):
    """The prompt has no such branch. Metadata: `prompt`, `branch`."""

    reason = "BRANCH_NOT_FOUND"

    @classmethod
    def of(cls, prompt: str, branch: str) -> Self:
        """Build the error for a branch of a prompt that is there."""
        shown = branch[:_MOST_SHOWN]
        return cls(f"prompt {prompt} has no branch {shown}", prompt=prompt, branch=shown)


class BranchNameTaken(AlreadyExists):
    """The prompt has or had a branch of the name. Metadata: `branch`."""

    reason = "BRANCH_NAME_TAKEN"


class BranchReserved(InvalidArgument):
    """`main` is there from the start and stays open."""

    reason = "BRANCH_RESERVED"


class BranchNotOpen(FailedPrecondition):
    """A merged or closed branch takes no versions. Metadata: `branch`, `state`."""

    reason = "BRANCH_NOT_OPEN"


class BranchMoved(Conflict):
    """The branch has another head than the caller thinks. Metadata: `branch`, `head_version`."""

    reason = "BRANCH_MOVED"

    @classmethod
    def of(cls, branch: str, *, given: int, head: int) -> Self:
        """Build the error; `given` is what the caller took for the head."""
        return cls(
            f"the head of branch {branch} is version {head}, not {given}: merge with it, then save",
            branch=branch,
            head_version=head,
        )


class MergeConflicted(FailedPrecondition):
    """Both sides changed the same places. Metadata: `conflicts`, how many are not settled."""

    reason = "MERGE_CONFLICTED"


class AssertionsInvalid(InvalidArgument):
    """Assertions, or what they are to look at, are wrong; violations name each field."""

    reason = "ASSERTIONS_INVALID"


class SuiteInvalid(InvalidArgument):
    """A suite or the files given with it are out of bounds; violations name each field."""

    reason = "SUITE_INVALID"


class ImportUnreadable(InvalidArgument):
    """The file as a whole cannot be read. Metadata: `file`, `line` (0: none); one violation."""

    reason = "IMPORT_UNREADABLE"


class ImportsBusy(ResourceExhausted):
    """As many imports are at work here as may be."""

    reason = "IMPORTS_BUSY"


class LabelMoveDenied(PermissionDenied):
    """An import sets a label, and its caller may write prompts but not move labels."""

    reason = "LABEL_MOVE_DENIED"


class DatasetNotFound(NotFound):
    """No dataset of this tenant has the id or name. Metadata: `dataset`."""

    reason = "DATASET_NOT_FOUND"

    @classmethod
    def of(cls, reference: str) -> Self:
        """Build the error for an id or name."""
        shown = reference[:_MOST_SHOWN]
        return cls(f"there is no dataset {shown}", dataset=shown)


class DatasetVersionNotFound(NotFound):
    """The dataset has no version of that number. Metadata: `dataset`, `version`."""

    reason = "DATASET_VERSION_NOT_FOUND"

    @classmethod
    def of(cls, dataset: str, version: int) -> Self:
        """Build the error for a number of a dataset that is there."""
        return cls(f"dataset {dataset} has no version {version}", dataset=dataset, version=version)


class DatasetItemNotFound(NotFound):
    """The dataset, or this version of it, has no such item. Metadata: `dataset`, `item`."""

    reason = "DATASET_ITEM_NOT_FOUND"

    @classmethod
    def of(cls, dataset: str, item_id: str) -> Self:
        """Build the error for an id of an item of a dataset that is there."""
        shown = item_id[:_MOST_SHOWN]
        return cls(f"dataset {dataset} has no item {shown}", dataset=dataset, item=shown)


class DatasetImportNotFound(NotFound):
    """The dataset has no such import, or it is a day old. Metadata: `import_id`."""

    reason = "DATASET_IMPORT_NOT_FOUND"

    @classmethod
    def of(cls, import_id: str) -> Self:
        """Build the error for an id."""
        shown = import_id[:_MOST_SHOWN]
        return cls(f"there is no import {shown}: it is dropped after a day", import_id=shown)


class DatasetNameTaken(AlreadyExists):
    """Another dataset of the tenant, archived ones included, has the name. Metadata: `name`."""

    reason = "DATASET_NAME_TAKEN"


class DatasetItemExists(AlreadyExists):
    """The dataset has an item of that id, perhaps an archived one. Metadata: `item`."""

    reason = "DATASET_ITEM_EXISTS"


class DatasetArchived(FailedPrecondition):
    """Items of an archived dataset are not changed. Metadata: `dataset`."""

    reason = "DATASET_ARCHIVED"


class DatasetFull(FailedPrecondition):
    """The dataset would have more items than a dataset may have. Metadata: `most`."""

    reason = "DATASET_FULL"


class DatasetInvalid(InvalidArgument):
    """What was to be saved or read is wrong; violations name each field."""

    reason = "DATASET_INVALID"


class ImportTooLarge(InvalidArgument):
    """The file, or a part of it, has more bytes than it may have."""

    reason = "IMPORT_TOO_LARGE"


class ImportOffsetMismatch(Conflict):
    """The part begins elsewhere than the last one ended. Metadata: `received_bytes`."""

    reason = "IMPORT_OFFSET_MISMATCH"


class ImportComplete(FailedPrecondition):
    """The file is whole already."""

    reason = "IMPORT_COMPLETE"


class ImportNotReady(FailedPrecondition):
    """Parts of the file are missing. Metadata: `received_bytes`."""

    reason = "IMPORT_NOT_READY"


class ImportHasProblems(FailedPrecondition):
    """Records of the file cannot become items. Metadata: `problems`, how many."""

    reason = "IMPORT_HAS_PROBLEMS"
