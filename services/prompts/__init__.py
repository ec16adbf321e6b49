"""Prompts: named, versioned, labelled texts for models, and the one place that renders templates.

Owns the tenant's prompts, their immutable versions, the labels that point at versions with their
history, the policies that protect labels, and the library of templates: every new tenant starts
with its defaults, the others are there to copy. Decides assertions and reads test suites in
promptfoo's format; nothing of them is stored. Speaks `promptpilot.prompts.v1.PromptsService`.
Publishes TenantProvisioned, PromptCreated, PromptUpdated, PromptArchived, PromptUnarchived,
PromptVersionCreated, PromptLabelSet, PromptLabelDeleted and LabelPolicyCreated, -Updated and
-Deleted; consumes identity's TenantCreated.
"""
