"""What the house's checks read and what they say.

A check is a generator of findings over a `Tree` (the files of a repository) or over one `Module`
(a parsed Python file). Checks know nothing of pytest, so a test can feed them a violating sample.
"""

import ast
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[3]
SERVICES = ("identity", "prompts", "pipelines", "execution", "billing", "notifications")


@dataclass(frozen=True, slots=True)
class Finding:
    """One place that breaks a rule, and what to do about it. `line` 0 stands for the whole file."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        """Give the form that editors and terminals make a link of."""
        return (
            f"{self.path}:{self.line}: {self.message}"
            if self.line
            else f"{self.path}: {self.message}"
        )


@dataclass(frozen=True)
class Module:
    """A Python file: its path in the repository, its text and its syntax tree."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parse the file once."""
        return ast.parse(self.text, filename=str(self.path))

    @property
    def room(self) -> str:
        """Name the top folder: services, gateway, cli, tests."""
        return self.path.parts[0]

    @property
    def service(self) -> str:
        """Name the service or `kit` that owns the file; empty outside services."""
        parts = self.path.parts
        return parts[1] if parts[0] == "services" and len(parts) > 2 else ""

    @property
    def role(self) -> str:
        """Name which of the thirteen files it is, or belongs to when that file is a package."""
        depth = 2 if self.room == "services" else 1
        return self.path.parts[depth].removesuffix(".py") if len(self.path.parts) > depth else ""

    def finding(self, node: ast.AST, message: str) -> Finding:
        """Point at a node of this file."""
        return Finding(str(self.path), getattr(node, "lineno", 0), message)


ModuleCheck = Callable[[Module], Iterable[Finding]]


@dataclass(frozen=True)
class Tree:
    """The files of a repository, as paths relative to its root: tracked ones and new ones."""

    root: Path
    paths: tuple[PurePosixPath, ...]

    @classmethod
    def of_repository(cls, root: Path = ROOT) -> "Tree":
        """Read what git knows, and what it would add; ignored files are nobody's business."""
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        paths = (PurePosixPath(name) for name in sorted(set(listed.split("\0"))) if name)
        return cls(root, tuple(path for path in paths if (root / path).is_file()))

    @classmethod
    def of_folder(cls, root: Path) -> "Tree":
        """Take every file below a folder: for samples."""
        files = (path for path in sorted(root.rglob("*")) if path.is_file())
        return cls(root, tuple(PurePosixPath(path.relative_to(root).as_posix()) for path in files))

    def under(self, *folders: str) -> Iterator[PurePosixPath]:
        """Give the files below these folders."""
        for path in self.paths:
            if any(path.is_relative_to(folder) for folder in folders):
                yield path

    def modules(self, *folders: str) -> Iterator[Module]:
        """Parse the Python files below these folders; generated code is not among them."""
        for path in self.under(*folders):
            if path.suffix == ".py" and not path.is_relative_to("proto/gen"):
                yield Module(path, self.text(path))

    def text(self, path: PurePosixPath | str) -> str:
        """Read one file as UTF-8."""
        return (self.root / path).read_text(encoding="utf-8")

    def services(self) -> list[str]:
        """Name the services that exist: folders of `services` other than kit that hold Python."""
        found = {
            path.parts[1]
            for path in self.under("services")
            if len(path.parts) > 2 and path.suffix == ".py"
        }
        return sorted(found - {"kit"})


def report(findings: Iterable[Finding]) -> str:
    """Put findings below each other; empty when there is none: `assert not report(…)`."""
    return "\n".join(str(finding) for finding in findings)


def check_modules(modules: Iterable[Module], *checks: ModuleCheck) -> Iterator[Finding]:
    """Run checks over files."""
    for module in modules:
        for check in checks:
            yield from check(module)


def sample(path: str, text: str) -> Module:
    """Make a file that exists nowhere: what a test feeds to a check."""
    return Module(PurePosixPath(path), text)
