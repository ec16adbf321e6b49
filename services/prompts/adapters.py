"""What is read from outside of the process: the files of the default library."""

from importlib import resources

import orjson

from services.prompts.rules.library import LibraryPrompt, library_prompt


def read_library() -> tuple[LibraryPrompt, ...]:
    """Read and check the default library that ships with this package, in the order of names."""
    folder = resources.files("services.prompts") / "library"
    files = sorted((one for one in folder.iterdir() if one.name.endswith(".json")), key=str)
    return tuple(library_prompt(orjson.loads(one.read_bytes())) for one in files)
