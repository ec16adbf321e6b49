"""Pipelines: versioned definitions of steps.

Owns pipeline definitions, their immutable versions and labels, their validation, and the templates
to start from. It speaks `promptpilot.pipelines.v1.PipelinesService`, asks prompts which prompts
exist, publishes Pipeline…, PipelineVersion… and PipelineLabel… events and TenantProvisioned, and
consumes identity's TenantCreated.
"""
