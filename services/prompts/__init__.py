"""Prompts: named, versioned, labelled texts for models, and the one place that renders templates.

Owns the tenant's prompts, their immutable versions, the labels that point at versions with their
history, the policies that protect labels, and the library of templates: every new tenant starts
with its defaults, the others are there to copy. Keeps the index by which prompts are searched and
compared. Decides assertions and reads test suites in promptfoo's format; nothing of them is stored.
Owns datasets too: versioned items to test prompts with, and the files that they come from. Speaks
`promptpilot.prompts.v1`: `PromptsService` and `DatasetsService`.
Publishes TenantProvisioned, PromptCreated, PromptUpdated, PromptArchived, PromptUnarchived,
PromptVersionCreated, PromptLabelSet, PromptLabelDeleted, LabelPolicyCreated, -Updated and
-Deleted, DatasetCreated, -Updated, -Archived, -Unarchived and DatasetVersionCreated; consumes
identity's TenantCreated.
"""
