"""No import circles in the console; those of Python are import-linter's."""

import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath

from tests.support.house.findings import Finding, Tree

_SOURCES = "console/src"
_GENERATED = "console/src/api/generated"
# `from '…'` of imports and re-exports, types included, and `import('…')` of what is loaded later.
_IMPORT = re.compile(r"""(?:\bfrom\s+|\bimport\s*\(\s*|^import\s+)'(@/[^']+)'""", re.MULTILINE)


def check_console_circles(tree: Tree) -> Iterator[Finding]:
    """Find files of the console that import each other; of several circles the first."""
    files = {path for path in tree.under(_SOURCES) if path.suffix in {".ts", ".tsx"}}
    imports = {path: _imported(tree.text(path), files) for path in sorted(files)}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        circle: list[PurePosixPath] = error.args[1]
        names = " → ".join(str(path.relative_to(_SOURCES)) for path in reversed(circle))
        yield Finding(
            str(circle[-1]), 0, f"imports in a circle: {names}; give what is shared its own file"
        )


def _imported(text: str, files: set[PurePosixPath]) -> set[PurePosixPath]:
    stems = [PurePosixPath(_SOURCES, name.removeprefix("@/")) for name in _IMPORT.findall(text)]
    found = {stem.with_name(stem.name + ending) for stem in stems for ending in (".ts", ".tsx")}
    return {path for path in found & files if not path.is_relative_to(_GENERATED)}
