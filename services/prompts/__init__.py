"""Prompts: named, versioned, labelled texts for models, and the one place that renders templates.

Owns the tenant's prompts, their immutable versions and the labels that point at versions, and the
default library that every new tenant starts with. Speaks `promptpilot.prompts.v1.PromptsService`.
Publishes TenantProvisioned, PromptCreated, PromptUpdated, PromptArchived, PromptUnarchived,
PromptVersionCreated, PromptLabelSet and PromptLabelDeleted; consumes identity's TenantCreated.
"""
