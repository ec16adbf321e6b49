"""The caller's tenant and its members."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import etag_of, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IfMatch, router
from gateway.operations import IDENTITY, operation
from gateway.routes.identity import models
from gateway.schema import PageParams
from gateway.translate import fill
from promptpilot.identity.v1 import identity_pb2 as pb

tenants = router("tenant")
_ETAG = {"ETag": "Version of the tenant, for If-Match."}


@tenants.get(
    "/tenant", **operation(IDENTITY, "GetTenant", headers=_ETAG, response_model=models.Tenant)
)
async def get_tenant(rpc: Rpc) -> Response:
    """Get the caller's tenant."""
    return resource((await ask(rpc.identity.GetTenant, pb.GetTenantRequest())).tenant)


@tenants.patch(
    "/tenant",
    **operation(
        IDENTITY,
        "UpdateTenant",
        errors=(409,),
        body=True,
        headers=_ETAG,
        response_model=models.Tenant,
    ),
)
async def update_tenant(body: models.UpdateTenant, rpc: Rpc, if_match: IfMatch = "") -> Response:
    """Rename the tenant. 409 `ETAG_MISMATCH`."""
    request = fill(pb.UpdateTenantRequest, body, etag=etag_of(if_match))
    return resource((await ask(rpc.identity.UpdateTenant, request)).tenant)


@tenants.get("/members", **operation(IDENTITY, "ListMembers", response_model=models.MemberPage))
async def list_members(params: Annotated[PageParams, Query()], rpc: Rpc) -> Response:
    """List members of the tenant with their roles, oldest first."""
    listed = await ask(rpc.identity.ListMembers, fill(pb.ListMembersRequest, params))
    return page(listed.members, listed.next_page_token)
