"""The simulator: models of test mode, deterministic by their input and seed, at no price.

| model | answers |
|---|---|
| sim-echo | the last message, word for word |
| sim-text | plausible prose made from its input: a summary when asked for one, else a short text
about it |
| sim-json | a JSON document: of the schema in `response_format`, or of the keys that the prompt
names |
| sim-tools | a call of the tool that fits best, when given `tools`; else as sim-text |
| sim-slow | as sim-text, ten times slower |
| sim-flaky | fails two of three calls (rate limit, outage, cut stream), then as sim-text |

Any other name answers as sim-text. Each calls a tool where `tool_choice` asks for it. Tokens are
counted with o200k_base.
"""

import asyncio
from collections.abc import AsyncGenerator
from typing import Final

from services.execution.adapters.models import simulation
from services.execution.errors import ProviderRateLimited, ProviderUnavailable
from services.execution.rules.model_calls import Completion, Delta, ModelRequest
from services.execution.rules.states import Usage
from services.execution.rules.tool_calls import written
from services.kit.tokenizer import o200k as tokenizer

PROVIDER: Final = "simulator"
MODELS: Final = {
    "sim-text": "Plausible prose made from its input",
    "sim-echo": "The last message, word for word",
    "sim-json": "A JSON document of the asked schema",
    "sim-tools": "A call of the tool that fits best",
    "sim-slow": "As sim-text, ten times slower",
    "sim-flaky": "Fails two of three calls, then as sim-text",
}
# At pace 1: about 200 tokens a second, after as long as 10 tokens take.
_TOKEN_S: Final = 0.005
_FIRST_TOKENS: Final = 10
_SLOWER: Final = 10
# Tokens are sent in small groups: what a reader sees is the same, and a long answer costs less.
_GROUP: Final = 4


class Simulator:
    """Answers every model name."""

    def __init__(self, *, pace: float) -> None:
        """Set how long tokens take: 1 is like a quick model, 0 takes no time."""
        self._pace = pace
        self._calls: dict[str, int] = {}

    @property
    def name(self) -> str:
        """Its name in the price book."""
        return PROVIDER

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Delta | Completion, None]:
        """Answer piece by piece."""
        model = request.model if request.model in MODELS else "sim-text"
        fault = self._fault(request) if model == "sim-flaky" else ""
        if fault == "rate_limit":
            raise ProviderRateLimited("the simulated provider is busy", retry_after_s=0.1)
        if fault == "outage":
            raise ProviderUnavailable("the simulated provider is down")
        calls = simulation.tool_calls(model, request)
        answer = "" if calls else simulation.answer(model, request)
        input_tokens = await tokenizer.count_messages(request.messages)
        tokens = await asyncio.to_thread(tokenizer.pieces, answer)
        kept = tokens[: simulation.most_tokens(request.parameters)]
        beat = _TOKEN_S * self._pace * (_SLOWER if model == "sim-slow" else 1)
        await self._wait(beat * _FIRST_TOKENS)
        for start in range(0, len(kept), _GROUP):
            group = kept[start : start + _GROUP]
            yield Delta("".join(group))
            if fault == "cut":
                raise ProviderUnavailable("the simulated provider cut its answer")
            await self._wait(beat * len(group))
        yield Completion(
            text="".join(kept),
            finish_reason=_finish_reason(is_cut=len(kept) < len(tokens), has_calls=bool(calls)),
            usage=Usage(
                input_tokens=input_tokens,
                output_tokens=len(kept) + await tokenizer.count_text(written(calls)),
            ),
            model=model,
            provider=PROVIDER,
            tool_calls=calls,
        )

    async def _wait(self, seconds: float) -> None:
        # Always gives way once, so that a long answer without pace does not hold the event loop.
        await asyncio.sleep(seconds)

    def _fault(self, request: ModelRequest) -> str:
        """Fail the first two calls of each prompt, in one of three ways, and let the third pass."""
        seed = simulation.seed_of(request)
        if len(self._calls) > 10_000:
            self._calls.clear()
        number = self._calls[seed] = self._calls.get(seed, 0) + 1
        if number % 3 == 0:
            return ""
        return ("rate_limit", "outage", "cut")[(int(seed[:4], 16) + number) % 3]


def _finish_reason(*, is_cut: bool, has_calls: bool) -> str:
    if has_calls:
        return "tool_calls"
    return "length" if is_cut else "stop"
