"""What no tracked file may say: a registry's address, a path of the machine it was written on."""

import re
from collections.abc import Iterator

from tests.support.house.findings import Finding, Tree

# Put together here, so that this file does not say them either.
_HOSTS = (
    ("pypi", "org"), ("pythonhosted", "org"), ("registry.npmjs", "org"),
    ("registry.yarnpkg", "com"),
    ("crates", "io"), ("proxy.golang", "org"), ("repo1.maven", "org"), ("repo.maven.apache", "org"),
    ("deb.debian", "org"), ("npmmirror", "com"), ("goproxy", "io"),
)  # fmt: skip
_REGISTRY = re.compile("|".join(rf"\b{host}\.{end}\b" for host, end in _HOSTS), re.IGNORECASE)
_MACHINE = re.compile(r"(?<![\w.$})/-])/(?:work|root|home/[a-z]+)/[\w.-]+")
_BINARY = frozenset({".png", ".ico", ".woff2", ".gz", ".zip", ".pdf", ".binpb", ".jpg", ".webp"})


def check_words(tree: Tree) -> Iterator[Finding]:
    """Find registry addresses and paths that hold on one machine only."""
    for path in tree.paths:
        if path.suffix in _BINARY:
            continue
        for number, line in enumerate(tree.text(path).splitlines(), start=1):
            if found := _REGISTRY.search(line):
                yield Finding(
                    str(path), number, f"`{found.group(0)}`: name the package, not its registry"
                )
            if found := _MACHINE.search(line):
                yield Finding(str(path), number, f"`{found.group(0)}`: a path of one machine")
