"""`python -m tests.bench [name …]`: measure one after the other; without names, all."""

import importlib
import sys
from typing import Final

_ALL: Final = ("engine", "fairness", "tenants", "search", "platform")


def main() -> None:
    """Run the named measurements, or all."""
    wanted = sys.argv[1:] or list(_ALL)
    unknown = [name for name in wanted if name not in _ALL]
    if unknown:
        sys.exit(f"unknown: {', '.join(unknown)}; one of {', '.join(_ALL)}")
    for name in wanted:
        importlib.import_module(f"tests.bench.{name}").measure()


if __name__ == "__main__":
    main()
