"""Names that other tools allow, as names of ours; model parameters likewise."""

import re
import unicodedata
from typing import Final

from services.prompts.rules.imports.fields import Fields

_MOST: Final = 128
_FORBIDDEN: Final = re.compile(r"[^a-z0-9_.-]+")
_EDGES: Final = re.compile(r"^[^a-z0-9]+")


def prompt_name(text: str) -> str:
    """Turn any name into the nearest one of ours: `My Prompts/Greeting!` is my-prompts/greeting.

    Empty when nothing of it is left.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    parts = (_part(part) for part in plain.split("/"))
    return "/".join(part for part in parts if part)[:_MOST].rstrip("/")


def label_name(text: str) -> str:
    """Turn any label into the nearest one of ours."""
    return _part(unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower())[
        :36
    ]


def renamed(fields: Fields, field: str, given: str) -> str:
    """Return our name for a given one, with a warning where it is another."""
    name = prompt_name(given)
    if name != given:
        fields.warn(field, f"is {given[:_MOST]!r} there and is named {name} here")
    return name


def _part(text: str) -> str:
    return _EDGES.sub("", _FORBIDDEN.sub("-", text)).rstrip("-")


def role_of(fields: Fields) -> str:
    """Return a message's role; OpenAI's `developer` is what others call system."""
    role = fields.text("role")
    return "system" if role == "developer" else role
