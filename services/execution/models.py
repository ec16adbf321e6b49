"""Execution's tables.

Schema `control` holds the queue: ids and numbers. A tenant's own schema holds what its runs did.
Hot paths (`repository.claims`, `repository.batches`) write the same tables in SQL of their own.
"""

from datetime import datetime
from typing import Any, ClassVar, NewType

from sqlalchemy import ARRAY, BigInteger, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit.control import CONTROL_SCHEMA
from services.kit.tenancy import TENANT_SCHEMA

RunId = NewType("RunId", str)
ProviderId = NewType("ProviderId", str)
CallId = NewType("CallId", str)

_CONTROL: dict[str, Any] = {"schema": CONTROL_SCHEMA}
_TENANT: dict[str, Any] = {"schema": TENANT_SCHEMA}


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {
        datetime: TIMESTAMP(timezone=True),
        str: Text,
        int: Integer,
        bytes: LargeBinary,
        list[str]: ARRAY(Text),
    }


class QueuedRun(Base):
    """A run that has not ended: waiting, leased by a worker, or asleep. Ended runs have no row."""

    __tablename__ = "run_queue"
    __table_args__ = _CONTROL

    run_id: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[str]
    # queued, running, sleeping
    state: Mapped[str]
    enqueue_time: Mapped[datetime]
    # Not claimed before this time; a sleeping run is queued again at it.
    wake_at: Mapped[datetime]
    lease_owner: Mapped[str]
    # Rises with each claim; every write of a worker is conditional on it.
    lease_epoch: Mapped[int]
    lease_until: Mapped[datetime | None]
    # Leases that ended without the worker giving the run back.
    losses: Mapped[int]
    is_cancel_requested: Mapped[bool]


class TenantShare(Base):
    """How much of the workers a tenant gets, where it differs from the settings' default."""

    __tablename__ = "tenant_shares"
    __table_args__ = _CONTROL

    tenant_id: Mapped[str] = mapped_column(primary_key=True)
    weight: Mapped[float]
    # Runs at the same time; None: the setting worker.most_per_tenant.
    most_running: Mapped[int | None]


class RunPlan(Base):
    """A definition with its prompts pinned, shared by all runs that use the same."""

    __tablename__ = "run_plans"
    __table_args__ = _TENANT

    # SHA-256 of definition and prompts, hex.
    hash: Mapped[str] = mapped_column(primary_key=True)
    definition: Mapped[str]
    # JSON: step id -> [prompt id, version]
    prompts: Mapped[str]


class _Tokens:
    input_tokens: Mapped[int] = mapped_column(BigInteger)
    output_tokens: Mapped[int] = mapped_column(BigInteger)
    cached_input_tokens: Mapped[int] = mapped_column(BigInteger)
    reasoning_tokens: Mapped[int] = mapped_column(BigInteger)


class Run(_Tokens, Base):
    """A run. Input and output are JSON texts, kept byte for byte."""

    __tablename__ = "runs"
    __table_args__ = _TENANT

    id: Mapped[str] = mapped_column(primary_key=True)
    pipeline_id: Mapped[str]
    pipeline_name: Mapped[str]
    pipeline_version: Mapped[int]
    plan_hash: Mapped[str]
    # test, live
    mode: Mapped[str]
    state: Mapped[str]
    input: Mapped[str]
    output: Mapped[str]
    error_reason: Mapped[str]
    error_message: Mapped[str]
    error_step_id: Mapped[str]
    is_cancel_requested: Mapped[bool]
    worker_id: Mapped[str]
    epoch: Mapped[int]
    # W3C trace context of the request that started it.
    traceparent: Mapped[str]
    creator_id: Mapped[str]
    create_time: Mapped[datetime]
    start_time: Mapped[datetime | None]
    end_time: Mapped[datetime | None]


class RunStep(_Tokens, Base):
    """The checkpoint of a step: written when it begins to call out, waits, or ends."""

    __tablename__ = "run_steps"
    __table_args__ = _TENANT

    run_id: Mapped[str] = mapped_column(primary_key=True)
    step_id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]
    attempt: Mapped[int]
    input: Mapped[str]
    output: Mapped[str]
    error_reason: Mapped[str]
    error_message: Mapped[str]
    model: Mapped[str]
    # Set while it waits for its next attempt.
    retry_at: Mapped[datetime | None]
    start_time: Mapped[datetime | None]
    end_time: Mapped[datetime | None]


class RunEvent(Base):
    """One numbered event of a run: 1, 2, 3 … without gaps."""

    __tablename__ = "run_events"
    __table_args__ = _TENANT

    run_id: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    type: Mapped[str]
    step_id: Mapped[str]
    attempt: Mapped[int]
    # JSON object.
    data: Mapped[str]
    create_time: Mapped[datetime]


class Provider(Base):
    """A connection to a model provider. The key is sealed, and never leaves but to the provider."""

    __tablename__ = "providers"
    __table_args__ = _TENANT

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    # openai_compatible
    kind: Mapped[str]
    base_url: Mapped[str]
    sealed_key: Mapped[bytes | None]
    key_last_four: Mapped[str]
    models: Mapped[list[str]]
    revision: Mapped[int]
    create_time: Mapped[datetime]
    update_time: Mapped[datetime]
