"""Calling a model: the one place where steps and direct calls meet a provider."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from opentelemetry.trace import SpanKind, Status, StatusCode

from services.execution.errors import ProviderBadResponse
from services.execution.rules.model_calls import Completion, Delta, ModelProvider, ModelRequest
from services.kit import telemetry
from services.kit.errors import AppError


async def call_model(
    provider: ModelProvider, request: ModelRequest
) -> AsyncGenerator[Delta | Completion, None]:
    """Yield the answer piece by piece, and last its completion; raises errors.Provider….

    The span is named as OpenTelemetry's conventions for generative AI say, and holds no content.
    """
    span = telemetry.tracer().start_span(
        f"chat {request.model or 'default'}",
        kind=SpanKind.CLIENT,
        attributes={"gen_ai.operation.name": "chat", "gen_ai.request.model": request.model},
    )
    try:
        async with aclosing(provider.stream(request)) as items:
            async for item in items:
                if isinstance(item, Completion):
                    span.set_attributes(
                        {
                            "gen_ai.provider.name": item.provider,
                            "gen_ai.response.model": item.model,
                            "gen_ai.usage.input_tokens": item.usage.input_tokens,
                            "gen_ai.usage.output_tokens": item.usage.output_tokens,
                        }
                    )
                    yield item
                    return
                yield item
        raise ProviderBadResponse("the provider's answer has no end")
    except AppError as error:
        span.set_status(Status(StatusCode.ERROR, error.reason))
        raise
    finally:
        span.end()
