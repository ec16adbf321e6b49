"""A model call as a span, in the words of OpenTelemetry's GenAI conventions.

https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from opentelemetry.trace import SpanKind, Status, StatusCode

from services.execution.rules.model_calls import Completion, Delta, ModelProvider, ModelRequest
from services.kit import telemetry
from services.kit.errors import AppError


class TracedProvider:
    """Records who was asked, who answered and what that used; what was said stays out of traces."""

    def __init__(self, provider: ModelProvider) -> None:
        self._provider = provider

    @property
    def name(self) -> str:
        """The provider's name in the price book."""
        return self._provider.name

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Completion, None]:
        """Call the model and yield its answer piece by piece."""
        # Not the current span: a generator that its reader leaves ends in another context.
        span = telemetry.tracer().start_span(
            f"chat {request.model}".rstrip(),
            kind=SpanKind.CLIENT,
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": request.model,
                "gen_ai.request.stream": True,
            },
        )
        try:
            async with aclosing(self._provider.stream(request)) as items:
                async for item in items:
                    if isinstance(item, Completion):
                        span.set_attribute("gen_ai.provider.name", item.provider)
                        span.set_attribute("gen_ai.response.model", item.model)
                        span.set_attribute("gen_ai.response.finish_reasons", [item.finish_reason])
                        span.set_attribute("gen_ai.usage.input_tokens", item.usage.input_tokens)
                        span.set_attribute("gen_ai.usage.output_tokens", item.usage.output_tokens)
                    yield item
        except Exception as error:
            reason = error.reason if isinstance(error, AppError) else type(error).__name__
            span.set_attribute("error.type", reason)
            span.set_status(Status(StatusCode.ERROR, reason))
            raise
        finally:
            span.end()
