"""What execution is told, from PP_EXECUTION_… variables."""

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.kit.egress import EgressSettings
from services.kit.settings import Group, ServiceSettings


class WorkerSettings(Group):
    """How this process works on runs."""

    # Runs at the same time; 0: this process only serves RPCs.
    slots: int = Field(default=64, ge=0, le=10_000)
    # Steps that may call models or HTTP at the same time within one run.
    calls_per_run: int = Field(default=20, ge=1, le=1_000)
    # Runs of one tenant at the same time, over all workers, unless control.tenant_shares says more.
    most_per_tenant: int = Field(default=1_000, ge=1)
    # How long a run belongs to a worker that says nothing; take-over happens within a second of it.
    lease_s: float = Field(default=10, gt=0.2, le=600)
    # The safety net under lost hints: how often queue and expired leases are looked at; jittered.
    poll_s: float = Field(default=0.75, gt=0.01, le=60)
    # A run that only waits for retries further away than this gives its slot to others till then.
    sleep_after_s: float = Field(default=5, ge=2)
    # How often cancel requests are looked for, beside their hint.
    watch_s: float = Field(default=0.5, gt=0.01, le=60)
    # A worker whose event loop stood still for so long gives its runs away by not renewing leases.
    stall_s: float = Field(default=60, gt=1)
    # How long steps in flight may still take when the process is told to stop.
    drain_s: float = Field(default=5, ge=0)
    # Connections for claims and group commits.
    connections: int = Field(default=6, ge=2, le=64)


class SimulatorSettings(Group):
    """The built-in models."""

    # 1: streams at about 100 tokens a second; 0: at once.
    pace: float = Field(default=1.0, ge=0, le=100)


class ExecutionSettings(ServiceSettings):
    """Settings of the execution service."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_nested_delimiter="__", env_prefix="PP_EXECUTION_"
    )

    # Master key (base64 of 32 bytes) under which the keys of providers are sealed.
    kek: SecretStr
    worker: WorkerSettings = WorkerSettings()
    # How often the depth of the queue is read for the metrics.
    depth_interval_s: float = Field(default=10, ge=0.05, le=300)
    simulator: SimulatorSettings = SimulatorSettings()
    egress: EgressSettings = EgressSettings()
