"""Builders of the events that this service publishes: ids and numbers, never content."""

from promptpilot.prompts.v1 import events_pb2 as pb
from services.kit.ids import TenantId
from services.prompts.models import (
    Dataset,
    DatasetVersion,
    LabelPolicy,
    Prompt,
    PromptBranch,
    PromptLabelEvent,
    PromptVersion,
)


def tenant_provisioned(tenant: TenantId) -> pb.TenantProvisioned:
    """Say that this service holds the tenant, its default library included."""
    return pb.TenantProvisioned(tenant_id=tenant)


def prompt_created(prompt: Prompt) -> pb.PromptCreated:
    """Say that a prompt was made."""
    return pb.PromptCreated(prompt_id=prompt.id)


def prompt_updated(prompt: Prompt) -> pb.PromptUpdated:
    """Say that a prompt's name, description or tags changed."""
    return pb.PromptUpdated(prompt_id=prompt.id)


def prompt_archived(prompt: Prompt) -> pb.PromptArchived:
    """Say that a prompt was archived."""
    return pb.PromptArchived(prompt_id=prompt.id)


def prompt_unarchived(prompt: Prompt) -> pb.PromptUnarchived:
    """Say that an archived prompt came back."""
    return pb.PromptUnarchived(prompt_id=prompt.id)


def prompt_version_created(version: PromptVersion) -> pb.PromptVersionCreated:
    """Say that a version was added; on `main`, `latest` points at it now."""
    return pb.PromptVersionCreated(
        prompt_id=version.prompt_id, version=version.number, branch=version.branch
    )


def prompt_label_set(event: PromptLabelEvent) -> pb.PromptLabelSet:
    """Say that a label points somewhere else; `previous_version` is 0 for a new label."""
    return pb.PromptLabelSet(
        prompt_id=event.prompt_id,
        label=event.label,
        version=event.to_version,
        previous_version=event.from_version,
        sequence=event.sequence,
    )


def prompt_label_deleted(event: PromptLabelEvent) -> pb.PromptLabelDeleted:
    """Say that a label was removed."""
    return pb.PromptLabelDeleted(
        prompt_id=event.prompt_id,
        label=event.label,
        previous_version=event.from_version,
        sequence=event.sequence,
    )


def label_policy_created(policy: LabelPolicy) -> pb.LabelPolicyCreated:
    """Say that labels are protected from now on."""
    return pb.LabelPolicyCreated(policy_id=policy.id)


def label_policy_updated(policy: LabelPolicy) -> pb.LabelPolicyUpdated:
    """Say that a policy asks for something else."""
    return pb.LabelPolicyUpdated(policy_id=policy.id)


def label_policy_deleted(policy: LabelPolicy) -> pb.LabelPolicyDeleted:
    """Say that a policy protects nothing any more."""
    return pb.LabelPolicyDeleted(policy_id=policy.id)


def prompt_branch_created(branch: PromptBranch) -> pb.PromptBranchCreated:
    """Say that a branch began."""
    return pb.PromptBranchCreated(
        prompt_id=branch.prompt_id, branch=branch.name, base_version=branch.base_version
    )


def prompt_branch_closed(branch: PromptBranch) -> pb.PromptBranchClosed:
    """Say that a branch ended without a merge."""
    return pb.PromptBranchClosed(prompt_id=branch.prompt_id, branch=branch.name)


def prompt_branch_merged(
    version: PromptVersion, *, branch: str, source_version: int
) -> pb.PromptBranchMerged:
    """Say what a merge version merged; `branch` is empty when a number was named."""
    return pb.PromptBranchMerged(
        prompt_id=version.prompt_id,
        target=version.branch,
        version=version.number,
        branch=branch,
        source_version=source_version,
    )


def dataset_created(dataset: Dataset) -> pb.DatasetCreated:
    """Say that a dataset was made."""
    return pb.DatasetCreated(dataset_id=dataset.id)


def dataset_updated(dataset: Dataset) -> pb.DatasetUpdated:
    """Say that a dataset's name, description or metadata changed."""
    return pb.DatasetUpdated(dataset_id=dataset.id)


def dataset_archived(dataset: Dataset) -> pb.DatasetArchived:
    """Say that a dataset was archived."""
    return pb.DatasetArchived(dataset_id=dataset.id)


def dataset_unarchived(dataset: Dataset) -> pb.DatasetUnarchived:
    """Say that an archived dataset came back."""
    return pb.DatasetUnarchived(dataset_id=dataset.id)


def dataset_version_created(version: DatasetVersion) -> pb.DatasetVersionCreated:
    """Say that items of a dataset changed, and which version has them so."""
    return pb.DatasetVersionCreated(dataset_id=version.dataset_id, version=version.number)
