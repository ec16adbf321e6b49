"""API keys of the tenant."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import answer, page, resource
from gateway.clients import Rpc, ask
from gateway.door import Door, IdempotencyKey, router, text_id
from gateway.operations import IDENTITY, operation
from gateway.routes.identity import models
from gateway.schema import PageParams
from gateway.translate import fill, read
from promptpilot.identity.v1 import identity_pb2 as pb

api_keys = router("api keys")
ApiKeyId = Annotated[str, text_id("key", "API key")]


@api_keys.post(
    "/api-keys",
    **operation(
        IDENTITY,
        "CreateApiKey",
        errors=(409,),
        body=True,
        headers={"Location": "Path of the key."},
        status_code=201,
        response_model=models.CreatedApiKey,
    ),
)
async def create_api_key(
    body: models.CreateApiKey, rpc: Rpc, request_id: IdempotencyKey = ""
) -> Response:
    """Create an API key.

    The answer holds the whole key, this one time. 403 `ROLE_TOO_WIDE` when the key would hold what
    its creator does not.
    """
    request = fill(pb.CreateApiKeyRequest, body, request_id=request_id)
    created = await ask(rpc.identity.CreateApiKey, request)
    return answer(read(created), 201, location=f"/v1/api-keys/{created.api_key.id}")


@api_keys.get("/api-keys", **operation(IDENTITY, "ListApiKeys", response_model=models.ApiKeyPage))
async def list_api_keys(params: Annotated[PageParams, Query()], rpc: Rpc) -> Response:
    """List the tenant's API keys, newest first, revoked ones included."""
    listed = await ask(rpc.identity.ListApiKeys, fill(pb.ListApiKeysRequest, params))
    return page(listed.api_keys, listed.next_page_token)


@api_keys.get(
    "/api-keys/{api_key_id:segment}",
    **operation(IDENTITY, "GetApiKey", errors=(404,), response_model=models.ApiKey),
)
async def get_api_key(api_key_id: ApiKeyId, rpc: Rpc) -> Response:
    """Get one API key, without its secret."""
    found = await ask(rpc.identity.GetApiKey, pb.GetApiKeyRequest(api_key_id=api_key_id))
    return resource(found.api_key)


@api_keys.delete(
    "/api-keys/{api_key_id:segment}",
    **operation(IDENTITY, "RevokeApiKey", errors=(404,), response_model=models.ApiKey),
)
async def revoke_api_key(api_key_id: ApiKeyId, rpc: Rpc, door: Door) -> Response:
    """Revoke an API key for good.

    It is refused everywhere within one second. Revoking twice is no error.
    """
    revoked = await ask(rpc.identity.RevokeApiKey, pb.RevokeApiKeyRequest(api_key_id=api_key_id))
    door.end(revoked.api_key.id)
    return resource(revoked.api_key)
