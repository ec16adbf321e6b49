"""RPCs about tenants, their members and their API keys."""
# ruff: noqa: ARG002 # methods have the names and arguments that gRPC gives them

from datetime import UTC, datetime

import grpc.aio
from google.protobuf.timestamp_pb2 import Timestamp

from promptpilot.identity.v1 import identity_pb2 as pb
from promptpilot.identity.v1.identity_pb2_grpc import IdentityServiceServicer
from services.identity import queries
from services.identity.commands.create_api_key import ApiKeyForm, CreatedBy, create_api_key
from services.identity.commands.revoke_api_key import revoke_api_key
from services.identity.commands.update_tenant import update_tenant
from services.identity.models import ApiKeyId
from services.identity.servicer import translation
from services.identity.servicer.parts import Parts
from services.kit.caller import current_caller, current_tenant
from services.kit.idempotency import once
from services.kit.ids import parse_id
from services.kit.paging import TimeKey, cut_page, decode_token, encode_token, page_size, time_key

_Context = grpc.aio.ServicerContext[object, object]


class TenantRpcs(IdentityServiceServicer):
    """The part of the servicer that deals with tenants, members and API keys."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._work = parts.work

    async def GetTenant(
        self, request: pb.GetTenantRequest, context: _Context
    ) -> pb.GetTenantResponse:
        """Return the caller's tenant."""
        tenant_id = current_tenant()
        tenant = await queries.get_tenant(self._work, tenant_id)
        return pb.GetTenantResponse(tenant=translation.from_tenant(tenant))

    async def UpdateTenant(
        self, request: pb.UpdateTenantRequest, context: _Context
    ) -> pb.UpdateTenantResponse:
        """Rename the caller's tenant."""
        tenant_id = current_tenant()
        tenant = await update_tenant(self._work, tenant_id, name=request.name, etag=request.etag)
        return pb.UpdateTenantResponse(tenant=translation.from_tenant(tenant))

    async def ListTenants(
        self, request: pb.ListTenantsRequest, context: _Context
    ) -> pb.ListTenantsResponse:
        """Return a page of all tenants."""
        limit = page_size(request.page_size)
        after = _id_of(request.page_token, "ten")
        tenants = await queries.list_tenants(self._work, after=after, limit=limit + 1)
        page, more = cut_page(tenants, limit, lambda last: encode_token([last.id]))
        return pb.ListTenantsResponse(
            tenants=map(translation.from_tenant, page), next_page_token=more
        )

    async def ListMembers(
        self, request: pb.ListMembersRequest, context: _Context
    ) -> pb.ListMembersResponse:
        """Return a page of the members of the caller's tenant."""
        tenant_id = current_tenant()
        limit = page_size(request.page_size)
        after = time_key(request.page_token, "usr")
        rows = await queries.list_members(self._work, tenant_id, after=after, limit=limit + 1)
        page, more = cut_page(
            rows, limit, lambda last: TimeKey(last[0].create_time, last[0].user_id).token()
        )
        members = [translation.from_member(*row) for row in page]
        return pb.ListMembersResponse(members=members, next_page_token=more)

    async def CreateApiKey(
        self, request: pb.CreateApiKeyRequest, context: _Context
    ) -> pb.CreateApiKeyResponse:
        """Create a key; the stored answer, which holds the key, is sealed."""
        caller, tenant_id = current_caller(), current_tenant()
        created_by = CreatedBy(caller.actor, caller.kind == "key", caller.permission_mask)
        async with once(
            self._work,
            tenant_id,
            request,
            pb.CreateApiKeyResponse,
            method="CreateApiKey",
            sealer=self._parts.sealer,
        ) as call:
            if call.answer is None:
                form = _api_key_form(request)
                api_key, key = await create_api_key(call.work, tenant_id, form, created_by)
                call.answer = pb.CreateApiKeyResponse(
                    api_key=translation.from_api_key(api_key), secret=key.text
                )
        return call.answer

    async def GetApiKey(
        self, request: pb.GetApiKeyRequest, context: _Context
    ) -> pb.GetApiKeyResponse:
        """Return a key without its secret."""
        tenant_id = current_tenant()
        api_key_id = ApiKeyId(parse_id("key", request.api_key_id, field="api_key_id"))
        api_key = await queries.get_api_key(self._work, tenant_id, api_key_id)
        return pb.GetApiKeyResponse(api_key=translation.from_api_key(api_key))

    async def ListApiKeys(
        self, request: pb.ListApiKeysRequest, context: _Context
    ) -> pb.ListApiKeysResponse:
        """Return a page of the tenant's keys."""
        tenant_id = current_tenant()
        limit = page_size(request.page_size)
        before = _id_of(request.page_token, "key")
        keys = await queries.list_api_keys(self._work, tenant_id, before=before, limit=limit + 1)
        page, more = cut_page(keys, limit, lambda last: encode_token([last.id]))
        return pb.ListApiKeysResponse(
            api_keys=map(translation.from_api_key, page), next_page_token=more
        )

    async def RevokeApiKey(
        self, request: pb.RevokeApiKeyRequest, context: _Context
    ) -> pb.RevokeApiKeyResponse:
        """Revoke a key for good."""
        tenant_id = current_tenant()
        api_key_id = ApiKeyId(parse_id("key", request.api_key_id, field="api_key_id"))
        api_key = await revoke_api_key(self._work, self._parts.invalidations, tenant_id, api_key_id)
        return pb.RevokeApiKeyResponse(api_key=translation.from_api_key(api_key))

    async def AuthenticateApiKey(
        self, request: pb.AuthenticateApiKeyRequest, context: _Context
    ) -> pb.AuthenticateApiKeyResponse:
        """Say whose key this is."""
        principal = await queries.authenticate_api_key(self._work, request.key)
        return pb.AuthenticateApiKeyResponse(
            principal=translation.from_key_principal(principal), key_id=principal.api_key_id
        )


def _api_key_form(request: pb.CreateApiKeyRequest) -> ApiKeyForm:
    expire_time = _readable(request.expire_time) if request.HasField("expire_time") else None
    return ApiKeyForm(
        name=request.name,
        environment=translation.to_environment(request.environment),
        role=translation.to_role(request.role),
        expire_time=expire_time,
        is_expire_time_readable=not request.HasField("expire_time") or expire_time is not None,
    )


def _readable(stamp: Timestamp) -> datetime | None:
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _id_of(page_token: str, prefix: str) -> str | None:
    key = decode_token(page_token, 1)
    if key is None:
        return None
    return parse_id(prefix, str(key[0]), field="page_token")
