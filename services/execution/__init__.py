"""Execution: runs of pipelines, their steps and events, model providers, and every call of a model.

RPCs: StartRun, GetRun, ListRuns, CancelRun, ListRunEvents, WatchRun, StreamModelCall, ListModels
and those of providers. Events: RunFinished, UsageRecorded, TenantProvisioned.

PostgreSQL is queue, lease, checkpoint and timer; NATS only wakes. A worker claims runs fairly
between tenants (`repository.claims`), drives each by a pure state machine (`rules.machine`), and
writes what happened in group commits that the run's lease epoch guards (`repository.committer`).
"""
