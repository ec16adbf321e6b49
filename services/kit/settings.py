"""Settings that every service shares.

A service subclasses `ServiceSettings`; only its `__main__` builds it, from the environment.
Variables are named PP_<SERVICE>_<FIELD>, nested groups with two underscores, such as
PP_PROMPTS_DATABASE__URL.
"""

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Group(BaseModel):
    """A nested group of settings: frozen, and strict about names."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DatabaseSettings(Group):
    """How to reach the service's own database. Sizes count connections of one process."""

    url: SecretStr
    pool_size: int = Field(default=8, ge=1, le=200)
    pool_timeout_s: float = Field(default=5, gt=0)
    # Connections are renewed after this time: a backend's memory grows with the schemas it touched.
    connection_lifetime_s: int = Field(default=900, ge=10)
    # PgBouncer in transaction mode keeps no prepared statements of ours between transactions.
    is_behind_transaction_pooler: bool = False


class BusSettings(Group):
    """How to reach NATS."""

    url: str = "nats://127.0.0.1:4222"
    token: SecretStr | None = None
    # Copies of each JetStream stream: 1 on one machine, 3 in a cluster.
    replicas: int = Field(default=1, ge=1, le=5)


class RpcSettings(Group):
    """Where this service listens, and how it proves who it is and checks who calls."""

    listen: str = "127.0.0.1:0"
    # Ed25519 private key of this part, base64 of 32 bytes: signs the context of its outgoing calls.
    context_private_key: SecretStr
    # Part name -> Ed25519 public key, base64 of 32 bytes: whose contexts are believed.
    context_public_keys: dict[str, str]
    # Addresses of other parts by name, such as {"prompts": "127.0.0.1:7001"}.
    peers: dict[str, str] = {}
    max_message_bytes: int = Field(default=16 * 1024 * 1024, ge=1024)
    # On SIGTERM: so long it still takes calls while saying that it goes away; then it waits for
    # those in flight to end.
    pre_drain_s: float = Field(default=0.2, ge=0)
    drain_timeout_s: float = Field(default=20, ge=0)


class TelemetrySettings(Group):
    """Where traces, metrics and logs go."""

    # OTLP over HTTP, such as http://127.0.0.1:4318; empty: traces are not exported.
    otlp_endpoint: str = ""
    # Health and metrics over HTTP: /live, /ready, /metrics.
    listen: str = "127.0.0.1:0"
    log_level: str = "INFO"
    # json, or pretty for a terminal; auto looks whether standard error is one.
    log_format: str = Field(default="auto", pattern="^(auto|json|pretty)$")


class ServiceSettings(BaseSettings):
    """What every service is told. Subclasses set `env_prefix`."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_nested_delimiter="__", env_prefix="PP_"
    )

    database: DatabaseSettings
    bus: BusSettings = BusSettings()
    rpc: RpcSettings
    telemetry: TelemetrySettings = TelemetrySettings()
