"""Token counts without a network: OpenAI's o200k_base vocabulary, shipped with the code.

`o200k_base.tiktoken` is the file that OpenAI publishes for tiktoken (MIT): a line each of base64 of
a token's bytes and its rank. It is checked against its published SHA-256 and read at the first
count, which takes about a third of a second and 60 MB.
"""

import asyncio
import base64
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol

import tiktoken

_FILE: Final = Path(__file__).parent / "o200k_base.tiktoken"
_SHA256: Final = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
_SPECIAL: Final = {"<|endoftext|>": 199999, "<|endofprompt|>": 200018}
# tiktoken's own pattern for o200k_base (tiktoken_ext/openai_public.py, MIT).
_PATTERN: Final = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# What a chat message costs beside its text, and what an answer's beginning costs (OpenAI cookbook).
_PER_MESSAGE: Final = 3
_PER_ANSWER: Final = 3
# Longer texts are counted in a thread: the event loop must not wait for them.
_LONG: Final = 20_000
# Longer texts are cut into such parts, since tiktoken's regular expression overflows its stack on a
# run of some hundred thousand spaces. A cut makes at most one token into two.
_MOST_AT_ONCE: Final = 50_000


class ChatMessage(Protocol):
    """What is counted of a message."""

    @property
    def role(self) -> str:
        """Who speaks."""

    @property
    def content(self) -> str:
        """What is said."""


@cache
def encoding() -> tiktoken.Encoding:
    """Return the tokenizer; raises RuntimeError when the vocabulary is not the published one."""
    content = _FILE.read_bytes()
    if sha256(content).hexdigest() != _SHA256:
        raise RuntimeError(f"{_FILE.name} is not the published vocabulary")
    ranks = {
        base64.b64decode(token): int(rank)
        for token, _, rank in (line.partition(b" ") for line in content.splitlines() if line)
    }
    return tiktoken.Encoding(
        "o200k_base", pat_str=_PATTERN, mergeable_ranks=ranks, special_tokens=_SPECIAL
    )


async def count_text(text: str) -> int:
    """Count the tokens of a text."""
    if encoding.cache_info().currsize == 0 or len(text) > _LONG:
        return await asyncio.to_thread(count, text)
    return count(text)


async def count_messages(messages: Sequence[ChatMessage]) -> int:
    """Count the tokens of a chat prompt, as OpenAI bills them."""
    texts = [await count_text(f"{message.role}\n{message.content}") for message in messages]
    return sum(texts) + _PER_MESSAGE * len(messages) + _PER_ANSWER


def pieces(text: str) -> list[str]:
    """Cut a text into its tokens; joined they are the text again, whatever its script."""
    tokenizer = encoding()
    found: list[str] = []
    for part in _parts(text):
        offsets = tokenizer.decode_with_offsets(tokenizer.encode_ordinary(part))[1]
        cuts = [*dict.fromkeys(offsets), len(part)]
        found += [part[start:end] for start, end in pairwise(cuts)]
    return found


def count(text: str) -> int:
    """Count the tokens of a text here and now: some 10 ms for 100,000 characters."""
    tokenizer = encoding()
    return sum(len(tokenizer.encode_ordinary(part)) for part in _parts(text))


def _parts(text: str) -> Iterator[str]:
    for start in range(0, len(text), _MOST_AT_ONCE):
        yield text[start : start + _MOST_AT_ONCE]
