"""The parts of the platform as processes.

What each is started with, and what it is told by its environment.
"""

import os
import sys
from dataclasses import dataclass
from typing import Final

from cli.local.databases import SERVICES, service_url
from cli.local.home import REPOSITORY, Home, Secrets, as_json
from cli.local.nats import free_port

# Who calls whom.
_PEERS: Final = {
    "pipelines": ("prompts",),
    "execution": ("prompts", "pipelines"),
    "gateway": SERVICES,
    "cli": ("identity",),
}
_WITH_MASTER_KEY: Final = ("identity", "execution")


@dataclass(frozen=True, slots=True)
class Part:
    """One process: its name, its command and its environment."""

    name: str
    command: tuple[str, ...]
    env: dict[str, str]


def choose_ports(http_port: int) -> dict[str, int]:
    """Choose free ports for NATS, each service's RPC door and each part's health door."""
    doors = [f"{name}.{door}" for name in (*SERVICES, "gateway") for door in ("rpc", "health")]
    ports = {"http": http_port}
    for door in ("nats", *doors):
        ports[door] = next(port for port in iter(free_port, 0) if port not in ports.values())
    return ports


def service_part(
    service: str, home: Home, secrets: Secrets, ports: dict[str, int], admin_url: str
) -> Part:
    """Describe a service's process."""
    prefix = f"PP_{service.upper()}"
    env = _common(prefix, service, secrets, ports)
    env[f"{prefix}_DATABASE__URL"] = service_url(
        admin_url, service, secrets.role_passwords[service]
    )
    env[f"{prefix}_RPC__LISTEN"] = f"127.0.0.1:{ports[f'{service}.rpc']}"
    if service in _WITH_MASTER_KEY:
        env[f"{prefix}_KEK"] = secrets.kek
    env |= _overrides(prefix)
    return Part(service, (sys.executable, "-m", f"services.{service}"), _inherit(env, home))


def gateway_part(home: Home, secrets: Secrets, ports: dict[str, int]) -> Part:
    """Describe the gateway's process."""
    prefix = "PP_GATEWAY"
    env = _common(prefix, "gateway", secrets, ports)
    env[f"{prefix}_LISTEN"] = f"127.0.0.1:{ports['http']}"
    env[f"{prefix}_CONSOLE_FOLDER"] = str(REPOSITORY / "console" / "dist")
    env |= _overrides(prefix)
    return Part("gateway", (sys.executable, "-m", "gateway"), _inherit(env, home))


def peers_of(name: str, ports: dict[str, int]) -> dict[str, str]:
    """Return the addresses of the parts that this one calls."""
    return {peer: f"127.0.0.1:{ports[f'{peer}.rpc']}" for peer in _PEERS.get(name, ())}


def _common(prefix: str, name: str, secrets: Secrets, ports: dict[str, int]) -> dict[str, str]:
    return {
        f"{prefix}_BUS__URL": f"nats://127.0.0.1:{ports['nats']}",
        f"{prefix}_BUS__TOKEN": secrets.nats_token,
        f"{prefix}_RPC__CONTEXT_PRIVATE_KEY": secrets.context_private_keys[name],
        f"{prefix}_RPC__CONTEXT_PUBLIC_KEYS": as_json(secrets.context_public_keys),
        f"{prefix}_RPC__PEERS": as_json(peers_of(name, ports)),
        f"{prefix}_TELEMETRY__LISTEN": f"127.0.0.1:{ports[f'{name}.health']}",
        f"{prefix}_TELEMETRY__LOG_FORMAT": "json",
        f"{prefix}_TELEMETRY__OTLP_ENDPOINT": os.environ.get("PP_OTLP_ENDPOINT", ""),
    }


def _overrides(prefix: str) -> dict[str, str]:
    """Let the operator's own variables win: PP_EXECUTION_LEASE_S=2 promptpilot up."""
    return {key: value for key, value in os.environ.items() if key.startswith(f"{prefix}_")}


def _inherit(env: dict[str, str], home: Home) -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE", "COVERAGE_PROCESS_START")
    inherited = {key: os.environ[key] for key in kept if key in os.environ}
    coverage = {key: value for key, value in os.environ.items() if key.startswith("COVERAGE_")}
    paths = os.pathsep.join((str(REPOSITORY), str(REPOSITORY / "proto" / "gen")))
    return {**inherited, **coverage, "PYTHONPATH": paths, "PP_HOME": str(home.root), **env}
