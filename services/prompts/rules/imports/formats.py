"""The formats that can be read, and how a file tells its own."""

from enum import StrEnum
from typing import Final

from services.prompts.rules.imports import dotprompt, langfuse, openai, own, promptfoo
from services.prompts.rules.imports.archives import Files
from services.prompts.rules.imports.entries import Broken, Pending
from services.prompts.rules.imports.json_documents import JsonDocument

# Prompts in one file: an import holds each of them until it is its turn.
MOST_PROMPTS: Final = 20_000


class Format(StrEnum):
    """Whose file it is."""

    PROMPTPILOT = "promptpilot"
    LANGFUSE = "langfuse"
    OPENAI = "openai"
    PROMPTFOO = "promptfoo"
    DOTPROMPT = "dotprompt"


_JSON: Final = {
    Format.LANGFUSE: (langfuse.is_langfuse, langfuse.prompts_of),
    Format.OPENAI: (openai.is_openai, openai.prompts_of),
}


def find_prompts(name: str, data: bytes, format_: Format | None) -> tuple[Format, list[Pending]]:
    """Find the prompts of a file; None: of the format that it tells itself.

    Raises Broken when the file is none of these, or cannot be read.
    """
    files = Files(name, data)
    known, prompts = _found(files, format_)
    if not prompts:
        raise Broken(name, "holds no prompts")
    if len(prompts) > MOST_PROMPTS:
        raise Broken(name, f"holds more than {MOST_PROMPTS:,} prompts: split it")
    return known, prompts


def _found(files: Files, format_: Format | None) -> tuple[Format, list[Pending]]:
    if format_ is Format.PROMPTPILOT or (format_ is None and own.is_own(files)):
        return Format.PROMPTPILOT, own.prompts_of(files)
    if format_ is Format.PROMPTFOO or (format_ is None and promptfoo.config_of(files)):
        return Format.PROMPTFOO, promptfoo.prompts_of(files)
    if format_ is Format.DOTPROMPT or (format_ is None and dotprompt.is_dotprompt(files)):
        return Format.DOTPROMPT, dotprompt.prompts_of(files)
    # One JSON file may come in a ZIP.
    path = files.paths[0] if len(files.paths) == 1 else ""
    if not path:
        raise Broken(
            files.name,
            f"must have {own.MANIFEST} in it, as every archive of PromptPilot, a "
            "promptfooconfig.yaml, .prompt files, or one JSON file",
        )
    document = JsonDocument(path, files.text(path))
    for known, (is_it, prompts_of) in _JSON.items():
        if format_ is known or (format_ is None and is_it(document)):
            return known, prompts_of(path, document)
    raise Broken(
        files.name,
        "is of no format that is known: a ZIP of PromptPilot, JSON of Langfuse or OpenAI, a "
        "configuration of promptfoo, or a .prompt file",
    )
