"""What Langfuse's SDKs ask to find out whether they are connected: health, and whose key it is."""

from importlib.metadata import version
from typing import Final

from fastapi import Request, Response

from gateway import compatible
from gateway.answers import answer
from gateway.clients import Rpc, ask
from gateway.door import router
from gateway.operations import ANONYMOUS, IDENTITY, compatible_operation
from gateway.probes import check_ready
from promptpilot.identity.v1 import identity_pb2 as pb

account = router("langfuse", prefix=compatible.PREFIX.removesuffix("/"))
_VERSION: Final = version("promptpilot")


@account.get(
    "/health",
    **compatible_operation(IDENTITY, "GetJwks", name="langfuseGetHealth", permission=ANONYMOUS),
)
async def get_health(request: Request) -> Response:
    """Say that everything that requests need answers, else 503; the version is PromptPilot's."""
    await check_ready(request)
    return answer({"status": "OK", "version": _VERSION})


@account.get(
    "/projects", **compatible_operation(IDENTITY, "GetTenant", name="langfuseListProjects")
)
async def list_projects(rpc: Rpc) -> Response:
    """Say whose key it is: a tenant is a project, and an organization of its own."""
    tenant = (await ask(rpc.identity.GetTenant, pb.GetTenantRequest())).tenant
    named = {"id": tenant.id, "name": tenant.name}
    return answer({"data": [{**named, "organization": named, "metadata": {}}]})
