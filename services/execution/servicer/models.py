"""RPCs about models and who answers them."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import grpc.aio

from promptpilot.execution.v1 import execution_pb2 as pb
from promptpilot.execution.v1.execution_pb2_grpc import ExecutionServiceServicer
from services.execution.commands.manage_providers import (
    ProviderChange,
    ProviderForm,
    create_provider,
    delete_provider,
    update_provider,
)
from services.execution.commands.stream_model_call import (
    TIMEOUT_S,
    CallForm,
    parse_parameters,
    stream_model_call,
)
from services.execution.models import ProviderId
from services.execution.queries.providers import get_provider, list_models, list_providers
from services.execution.rules.model_calls import ChatMessage, Delta
from services.execution.rules.plan import PinnedPrompt
from services.execution.servicer import translation
from services.execution.servicer.parts import Parts
from services.kit.caller import current_tenant
from services.kit.idempotency import once


class ModelRpcs(ExecutionServiceServicer):
    """Call models, and manage the providers of the caller's tenant."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def StreamModelCall(
        self,
        request: pb.StreamModelCallRequest,
        context: "grpc.aio.ServicerContext[pb.StreamModelCallRequest, pb.StreamModelCallResponse]",
    ) -> AsyncGenerator[pb.StreamModelCallResponse, None]:
        """Call a model once, streaming its answer."""
        form = CallForm(
            messages=tuple(ChatMessage(each.role, each.content) for each in request.messages),
            model=request.model,
            parameters=parse_parameters(request.parameters_json),
            mode=translation.mode_of(request.mode),
            prompt=PinnedPrompt(request.prompt_id, request.prompt_version),
        )
        left = context.time_remaining()
        answer = stream_model_call(
            self._parts.work,
            current_tenant(),
            self._parts.models,
            form,
            timeout_s=TIMEOUT_S if left is None else left,
        )
        async with aclosing(answer) as items:
            async for item in items:
                if isinstance(item, Delta):
                    yield pb.StreamModelCallResponse(delta=item.text)
                else:
                    yield pb.StreamModelCallResponse(result=translation.call_result(item))

    async def ListModels(self, request: pb.ListModelsRequest, _: object) -> pb.ListModelsResponse:
        """Return the models that calls may name."""
        found = await list_models(
            self._parts.work,
            current_tenant(),
            translation.mode_of(request.mode),
            self._parts.simulated,
        )
        return pb.ListModelsResponse(
            models=[
                pb.Model(name=name, provider=provider, description=description)
                for name, provider, description in found
            ]
        )

    async def CreateProvider(
        self, request: pb.CreateProviderRequest, _: object
    ) -> pb.CreateProviderResponse:
        """Add a provider."""
        parts, tenant = self._parts, current_tenant()
        form = ProviderForm(
            request.name, request.kind, request.base_url, request.api_key, tuple(request.models)
        )
        async with once(
            parts.work, tenant, request, pb.CreateProviderResponse, method="CreateProvider"
        ) as call:
            if call.answer is None:
                row = await create_provider(call.work, tenant, parts.sealer, parts.egress, form)
                call.answer = pb.CreateProviderResponse(provider=translation.provider(row))
        return call.answer

    async def GetProvider(
        self, request: pb.GetProviderRequest, _: object
    ) -> pb.GetProviderResponse:
        """Return one provider."""
        row = await get_provider(
            self._parts.work, current_tenant(), ProviderId(request.provider_id)
        )
        return pb.GetProviderResponse(provider=translation.provider(row))

    async def ListProviders(
        self, request: pb.ListProvidersRequest, _: object
    ) -> pb.ListProvidersResponse:
        """Return a page of providers by name."""
        rows, token = await list_providers(
            self._parts.work,
            current_tenant(),
            size=request.page_size,
            token=request.page_token,
        )
        return pb.ListProvidersResponse(
            providers=map(translation.provider, rows), next_page_token=token
        )

    async def UpdateProvider(
        self, request: pb.UpdateProviderRequest, _: object
    ) -> pb.UpdateProviderResponse:
        """Change a provider."""
        change = ProviderChange(
            name=request.name if request.HasField("name") else None,
            base_url=request.base_url if request.HasField("base_url") else None,
            api_key=request.api_key if request.HasField("api_key") else None,
            models=tuple(request.models) if request.is_models_set else None,
            etag=request.etag,
        )
        row = await update_provider(
            self._parts.work,
            current_tenant(),
            self._parts.sealer,
            self._parts.egress,
            provider_id=ProviderId(request.provider_id),
            change=change,
        )
        return pb.UpdateProviderResponse(provider=translation.provider(row))

    async def DeleteProvider(
        self, request: pb.DeleteProviderRequest, _: object
    ) -> pb.DeleteProviderResponse:
        """Remove a provider and its key."""
        await delete_provider(self._parts.work, current_tenant(), ProviderId(request.provider_id))
        return pb.DeleteProviderResponse()
