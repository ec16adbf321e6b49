"""What holds for model providers: names, addresses, which one answers a model."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Final, Protocol, TypeVar
from urllib.parse import urlsplit

from services.kit.errors import FieldViolation, InvalidArgument

KINDS: Final = ("openai_compatible",)
ANY_MODEL: Final = "*"
_MODEL: Final = re.compile(r"^\S{1,200}$")
_MOST_MODELS: Final = 500
_LONGEST_KEY: Final = 4_096

# Hosts whose prices the price book knows, under the names that it uses for them.
_PRICE_BOOK: Final[Mapping[str, str]] = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "google",
    "api.mistral.ai": "mistral",
    "api.groq.com": "groq",
    "api.deepseek.com": "deepseek",
    "api.cohere.ai": "cohere",
    "api.fireworks.ai": "fireworks",
    "api.together.xyz": "together",
    "api.x.ai": "x-ai",
    "openrouter.ai": "openrouter",
}


class NamedProvider(Protocol):
    """What choosing needs to know of a provider."""

    models: list[str]


P = TypeVar("P", bound=NamedProvider)


def choose_provider(providers: Sequence[P], model: str) -> P | None:
    """Return who answers the model: the first that names it, else the first that takes any."""
    if not model:
        return None
    for wanted in (model, ANY_MODEL):
        for provider in providers:
            if wanted in provider.models:
                return provider
    return None


def price_book_name(base_url: str, name: str) -> str:
    """Return the name under which the price book knows whoever is behind the address.

    An address of one's own has the provider's name, so that own prices can be given to it.
    """
    return _PRICE_BOOK.get(urlsplit(base_url).hostname or "", name)


def check_provider(
    *, name: str, kind: str, base_url: str, api_key: str, models: Sequence[str]
) -> None:
    """Check what somebody says about a provider; raise InvalidArgument naming every fault."""
    faults: list[FieldViolation] = []
    if not 1 <= len(name.strip()) <= 100 or not name.isprintable():
        faults.append(FieldViolation("name", "must be 1 to 100 printable characters"))
    if kind not in KINDS:
        faults.append(FieldViolation("kind", f"must be one of {', '.join(KINDS)}"))
    if not base_url or len(base_url) > 2_000:
        faults.append(FieldViolation("base_url", "must be an http or https address"))
    if len(api_key) > _LONGEST_KEY or not api_key.isascii() or not (api_key or "x").isprintable():
        faults.append(FieldViolation("api_key", "must be at most 4,096 printable ASCII characters"))
    if not 1 <= len(models) <= _MOST_MODELS:
        faults.append(FieldViolation("models", f'must be 1 to {_MOST_MODELS} names, or "*"'))
    for index, model in enumerate(models):
        if not _MODEL.match(model):
            faults.append(FieldViolation(f"models[{index}]", "must be a name without spaces"))
    if faults:
        text = "; ".join(f"{each.field}: {each.description}" for each in faults)
        raise InvalidArgument(text, violations=faults)


def is_same_host(before: str, after: str) -> bool:
    """Tell whether both addresses lead to the same server: scheme, host and port."""
    return _origin(before) == _origin(after)


def last_four(api_key: str) -> str:
    """Return what may be shown of a key: its last four characters, of a long one only."""
    return api_key[-4:] if len(api_key) >= 12 else "****" if api_key else ""


def etag(provider_id: str, revision: int) -> str:
    """Return the tag of one state of a provider."""
    return sha256(f"{provider_id}:{revision}".encode()).hexdigest()[:16]


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), port
