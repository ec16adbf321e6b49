"""What is read from outside of the process: the files of the library."""

from importlib import resources

import orjson

from services.prompts.rules.library import LibraryPrompt, in_order, library_prompt


def read_library() -> tuple[LibraryPrompt, ...]:
    """Read and check the templates that ship with this package, by category, then title."""
    folder = resources.files("services.prompts") / "library"
    files = [one for one in folder.iterdir() if one.name.endswith(".json")]
    return in_order(library_prompt(orjson.loads(one.read_bytes())) for one in files)
