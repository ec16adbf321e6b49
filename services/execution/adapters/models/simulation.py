"""What the simulator says.

Plausible text made from the input alone, the same for the same input and seed.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from services.execution.adapters.models import simulated_json, simulated_tools
from services.execution.rules.model_calls import ModelRequest
from services.execution.rules.tool_calls import ToolCall

_SENTENCE: Final = re.compile(r"(?<=[.!?])\s+|\n{2,}")
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
_MATERIAL: Final = re.compile(r"<(text|data|document|context)>\n?(.*?)\n?</\1>", re.DOTALL)
_LENGTH: Final = re.compile(
    r"(\d+|one|two|three|four|five|six|seven|eight|nine|ten)\s*(?:to\s*\d+\s*)?"
    r"(sentence|bullet|word|paragraph|line)",
    re.IGNORECASE,
)
_TARGET: Final = re.compile(r"translate (?:\w+ )?into:?\s*([^\n.]{2,40})", re.IGNORECASE)
_NUMBERS: Final = (
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
)
# The words that say nothing about what a text is about.
_COMMON_TEXT: Final = """
    the of and to in a is that for it as was with be by on not he his but at are this have from or
    had an they which one you were her all she there would their we him been has when who will
    more no if out so said what up its about into than them can only other new some could time
    these two may then do first any my now such like our over man me even most made after also did
    many before must through back years where much your way well down should because each just
    those people how too little state good very make world still own see men work long get here
    between both life being under never day same another know while last might us great old year
    off come since against go came right used take three
"""
_COMMON: Final = frozenset(_COMMON_TEXT.split())
_OPENINGS: Final = (
    "It begins with {a}.",
    "Nobody had expected {a} to matter so much.",
    "At first there was only {a}.",
    "Ask anyone about {a}, and they will speak of {b}.",
)
_MIDDLES: Final = (
    "What {a} needs is {b}, and a little patience.",
    "Between {a} and {b} lies more than a habit of words.",
    "Then {b} turned up, and {a} looked different at once.",
    "Those who know {a} say that {b} is the harder part.",
    "Slowly, {a} became a matter of {b}.",
)
_CLOSINGS: Final = (
    "In the end {a} is what stays.",
    "And that, for now, is the whole of {a}.",
    "The rest is {b}.",
)


def answer(model: str, request: ModelRequest) -> str:
    """Return the whole answer of a simulated model."""
    last = _last_message(request)
    if model == "sim-echo":
        return last
    rng = random.Random(seed_of(request))  # noqa: S311 # deterministic by design, guards nothing
    shape = simulated_json.shape_of(request.parameters, last)
    if model == "sim-json" or shape is not None:
        return json.dumps(simulated_json.fill(shape, rng, _topics(last)), ensure_ascii=False)
    asked = " ".join(message.content for message in request.messages)
    return prose(asked, last, rng)


def tool_calls(model: str, request: ModelRequest) -> tuple[ToolCall, ...]:
    """Return the calls of tools that the answer consists of; none when it is text."""
    last = _last_message(request)
    rng = random.Random(seed_of(request))  # noqa: S311 # deterministic by design, guards nothing
    return simulated_tools.calls_of(
        request.parameters, last, rng, _topics(_material(last)), is_eager=model == "sim-tools"
    )


def prose(asked: str, last: str, rng: random.Random) -> str:
    """Return a summary, a marked translation, or a short text about what was asked."""
    material = _material(last)
    lowered = asked.lower()
    target = _TARGET.search(last)
    if target is not None:
        language = target.group(1).strip()
        return f"[{language}, simulated] {material}"
    if "summar" in lowered:
        return _summary(material, last)
    return _composition(_topics(material), rng)


def seed_of(request: ModelRequest) -> str:
    """Return what makes an answer: the messages, the model and the `seed` parameter, hashed."""
    parts = [request.model, str(request.parameters.get("seed", 0))]
    parts += [f"{message.role}:{message.content}" for message in request.messages]
    return sha256("\x1f".join(parts).encode()).hexdigest()


def most_tokens(parameters: Mapping[str, Any]) -> int:
    """Return how many tokens the answer may have: `max_completion_tokens`, `max_tokens` or many."""
    for name in ("max_completion_tokens", "max_tokens"):
        asked = parameters.get(name)
        if isinstance(asked, int) and not isinstance(asked, bool) and asked > 0:
            return asked
    return 100_000


def _last_message(request: ModelRequest) -> str:
    return request.messages[-1].content if request.messages else ""


def _material(text: str) -> str:
    found = _MATERIAL.search(text)
    return (found.group(2) if found else text).strip()


def _sentences(text: str) -> list[str]:
    return [" ".join(part.split()) for part in _SENTENCE.split(text) if part.strip()]


def _summary(material: str, instructions: str) -> str:
    """Keep the sentences whose words the text uses most, in the text's own order."""
    sentences = _sentences(material)
    weight = Counter(_content_words(material))
    count, unit = _asked_length(instructions.replace(material, ""))
    ranked = sorted(range(len(sentences)), key=lambda at: (-_score(sentences[at], weight), at))
    chosen = _within(ranked, sentences, count) if unit == "word" else ranked[:count]
    kept = [sentences[at] for at in sorted(chosen)]
    if unit == "bullet":
        return "\n".join(f"- {sentence}" for sentence in kept)
    return " ".join(kept)


def _asked_length(instructions: str) -> tuple[int, str]:
    found = _LENGTH.search(instructions)
    if found is None:
        return 3, "sentence"
    number = found.group(1).lower()
    count = int(number) if number.isdigit() else _NUMBERS.index(number) + 1
    return max(1, count), found.group(2).lower()


def _within(ranked: Sequence[int], sentences: Sequence[str], words: int) -> list[int]:
    chosen: list[int] = []
    for at in ranked:
        size = len(sentences[at].split())
        if size <= words or not chosen:
            chosen.append(at)
            words -= size
    return chosen


def _score(sentence: str, weight: Counter[str]) -> float:
    words = _content_words(sentence)
    # Neither the longest sentence nor a fragment wins by its length alone.
    return sum(weight[word] for word in words) / (len(words) + 8) if words else 0.0


def _content_words(text: str) -> list[str]:
    return [word for word in map(str.lower, _WORD.findall(text)) if word not in _COMMON]


def _topics(text: str) -> list[str]:
    counted = Counter(_content_words(text[:20_000]))
    return [word for word, _ in counted.most_common(12)] or ["nothing in particular"]


def _composition(topics: Sequence[str], rng: random.Random) -> str:
    def pick(templates: Sequence[str]) -> str:
        first, second = rng.choice(topics), rng.choice(topics)
        sentence = rng.choice(templates).format(a=first, b=second)
        return sentence[0].upper() + sentence[1:]

    middles = [pick(_MIDDLES) for _ in range(rng.randint(3, 5))]
    return " ".join([pick(_OPENINGS), *middles, pick(_CLOSINGS)])
