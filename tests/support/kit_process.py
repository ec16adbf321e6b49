"""A whole process on the kit's runtime, to be started and killed by tests.

`python -m tests.support.kit_process` reads PP_… settings as every service does.
"""

import asyncio
from typing import Any

from promptpilot.identity.v1 import identity_pb2, identity_pb2_grpc
from services.kit.bus import Bus
from services.kit.db import Database
from services.kit.runtime import App, run
from services.kit.settings import ServiceSettings
from services.kit.telemetry import get_logger


class Servicer(identity_pb2_grpc.IdentityServiceServicer):
    """Takes ten milliseconds for each answer."""

    async def UpdateTenant(self, request: Any, context: Any) -> identity_pb2.UpdateTenantResponse:
        await asyncio.sleep(0.01)
        return identity_pb2.UpdateTenantResponse()


async def tidy() -> None:
    """Work until told to stop, and clean up then."""
    try:
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0.05)
        get_logger().info("background cleaned up")


def build(settings: ServiceSettings) -> App:
    """Put the process together."""
    return App(
        name="sample",
        settings=settings,
        servicers=[(identity_pb2_grpc.add_IdentityServiceServicer_to_server, Servicer())],
        database=Database(settings.database),
        bus=Bus(settings.bus, "sample"),
        background=[tidy],
    )


if __name__ == "__main__":
    run(build(ServiceSettings()))
