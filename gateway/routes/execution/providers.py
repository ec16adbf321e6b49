"""Model providers and the models that calls may name."""

from typing import Annotated

from fastapi import Query, Response

from gateway.answers import etag_of, nothing, page, resource
from gateway.clients import Rpc, ask
from gateway.door import IdempotencyKey, IfMatch, router, text_id
from gateway.operations import EXECUTION, operation
from gateway.routes.execution import provider_models as models
from gateway.schema import PageParams
from gateway.translate import fill
from promptpilot.execution.v1 import execution_pb2 as pb

providers = router("providers")
ProviderId = Annotated[str, text_id("prv", "Provider")]
_ETAG = {"ETag": "Version of the provider, for If-Match."}


@providers.post(
    "/providers",
    **operation(
        EXECUTION,
        "CreateProvider",
        errors=(409,),
        body=True,
        status_code=201,
        headers={**_ETAG, "Location": "Path of the provider."},
        response_model=models.Provider,
    ),
)
async def create_provider(
    body: models.CreateProvider, rpc: Rpc, request_id: IdempotencyKey = ""
) -> Response:
    """Add a model provider; its key is sealed. 409 `PROVIDER_NAME_TAKEN`; 422 `EGRESS_REFUSED`."""
    request = fill(pb.CreateProviderRequest, body, request_id=request_id)
    provider = (await ask(rpc.execution.CreateProvider, request)).provider
    return resource(provider, 201, location=f"/v1/providers/{provider.id}")


@providers.get(
    "/providers", **operation(EXECUTION, "ListProviders", response_model=models.ProviderPage)
)
async def list_providers(params: Annotated[PageParams, Query()], rpc: Rpc) -> Response:
    """List providers by name."""
    listed = await ask(rpc.execution.ListProviders, fill(pb.ListProvidersRequest, params))
    return page(listed.providers, listed.next_page_token)


@providers.get(
    "/providers/{provider_id:segment}",
    **operation(
        EXECUTION, "GetProvider", errors=(404,), headers=_ETAG, response_model=models.Provider
    ),
)
async def get_provider(provider_id: ProviderId, rpc: Rpc) -> Response:
    """Get one provider, its key's last four characters only."""
    found = await ask(rpc.execution.GetProvider, pb.GetProviderRequest(provider_id=provider_id))
    return resource(found.provider)


@providers.patch(
    "/providers/{provider_id:segment}",
    **operation(
        EXECUTION,
        "UpdateProvider",
        errors=(404, 409),
        body=True,
        headers=_ETAG,
        response_model=models.Provider,
    ),
)
async def update_provider(
    provider_id: ProviderId, body: models.UpdateProvider, rpc: Rpc, if_match: IfMatch = ""
) -> Response:
    """Change a provider. Another host without a new key clears the key. 409 `ETAG_MISMATCH`."""
    request = fill(
        pb.UpdateProviderRequest,
        body,
        provider_id=provider_id,
        is_models_set=body.models is not None,
        etag=etag_of(if_match),
    )
    return resource((await ask(rpc.execution.UpdateProvider, request)).provider)


@providers.delete(
    "/providers/{provider_id:segment}",
    **operation(EXECUTION, "DeleteProvider", errors=(404,), status_code=204),
)
async def delete_provider(provider_id: ProviderId, rpc: Rpc) -> Response:
    """Remove a provider and its key."""
    await ask(rpc.execution.DeleteProvider, pb.DeleteProviderRequest(provider_id=provider_id))
    return nothing()


@providers.get("/models", **operation(EXECUTION, "ListModels", response_model=models.ModelPage))
async def list_models(params: Annotated[models.ListModels, Query()], rpc: Rpc) -> Response:
    """List the models that calls may name.

    The simulator's in test mode, the providers' in live mode.
    """
    return page((await ask(rpc.execution.ListModels, fill(pb.ListModelsRequest, params))).models)
