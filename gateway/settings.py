"""What the gateway is told, from PP_GATEWAY_… variables."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.limits import Limits
from gateway.live.streams import LiveSettings
from services.kit.settings import BusSettings, RpcSettings, TelemetrySettings


class GatewaySettings(BaseSettings):
    """Settings of the gateway."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_nested_delimiter="__", env_prefix="PP_GATEWAY_"
    )

    # Where HTTP is served: host:port.
    listen: str = "127.0.0.1:8080"
    # The built console (console/dist); left out or absent: the API alone is served.
    console_folder: Path | None = None
    bus: BusSettings = BusSettings()
    # `rpc.peers` names identity, prompts, pipelines, execution and billing; `rpc.listen` is not
    # used.
    rpc: RpcSettings
    telemetry: TelemetrySettings = TelemetrySettings()
    limits: Limits = Limits()
    live: LiveSettings = LiveSettings()
    # `iss` of access tokens: as identity's setting of the same name.
    issuer: str = Field(default="promptpilot", min_length=1)
    # Other origins whose scripts may call the API with their own credentials: CORS is off while
    # empty.
    # A browser session is never among these: cookies are not sent across sites.
    cors_origins: tuple[str, ...] = ()
    # Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses or networks.
    trusted_proxies: tuple[str, ...] = ()
    # On SIGTERM: so long it still answers while it says that it is not ready; then requests in
    # flight
    # have so long to end.
    pre_drain_s: float = Field(default=0.5, ge=0)
    drain_timeout_s: int = Field(default=20, ge=1)
    keep_alive_s: int = Field(default=65, ge=1)
