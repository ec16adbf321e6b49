"""`python -m gateway`: the gateway as a process, told by PP_GATEWAY_… variables."""

import asyncio
import signal

import uvloop

from gateway.app import build
from gateway.auth.doorkeeper import NAME
from gateway.server import GatewayProcess
from gateway.settings import GatewaySettings
from services.kit import telemetry
from services.kit.runtime import spare_the_collector


async def _serve(settings: GatewaySettings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    process = GatewayProcess(build(settings))
    await process.start()
    spare_the_collector()
    await stopping.wait()
    await process.stop(pre_drain_s=settings.pre_drain_s)


def main() -> None:
    """Run until SIGTERM or SIGINT."""
    settings = GatewaySettings()
    telemetry.setup(NAME, settings.telemetry)
    try:
        uvloop.run(_serve(settings))
    finally:
        telemetry.shutdown()


if __name__ == "__main__":
    main()
