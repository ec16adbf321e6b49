"""Adds the generated pages of `docs/reference/` to the site while it is built."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from docs.hooks import commands, contracts, errors, library, metrics, rest, settings

ROOT: Final = Path(__file__).resolve().parents[2]
PAGES: Final[dict[str, Callable[[Path], str]]] = {
    "reference/rest-api.md": rest.page,
    "reference/grpc.md": contracts.rpc_page,
    "reference/events.md": contracts.event_page,
    "reference/permissions.md": contracts.permission_page,
    "reference/errors.md": errors.page,
    "reference/settings.md": settings.page,
    "reference/metrics.md": metrics.page,
    "reference/command-line.md": commands.page,
    "reference/prompt-library.md": library.page,
}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Make each page from the code as it is now."""
    for path, page in PAGES.items():
        files.append(File.generated(config, path, content=page(ROOT)))
    return files
