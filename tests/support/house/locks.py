"""What is installed is what was locked: exact versions, hashes, no address, no known hole."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.house.findings import Finding, Tree

_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
_ADDRESS = re.compile(r"https?://|--index-url|--extra-index-url|--find-links|^-f ", re.MULTILINE)
# Where a package was fetched, however the file is laid out.
_FETCHED_FROM = re.compile(r'"resolved"\s*:\s*"https?:')
RUNTIME, DEV = "deploy/locks/runtime.txt", "deploy/locks/dev.txt"


@dataclass(frozen=True)
class Pin:
    """One locked package: its version, and whether a hash stands with it."""

    name: str
    version: Version
    is_hashed: bool


def pins(lock: str) -> list[Pin]:
    """Read a lock; a package may be there more than once, for different systems."""
    starts = list(_PIN.finditer(lock))
    ends = [*[start.start() for start in starts[1:]], len(lock)]
    return [
        Pin(
            canonicalize_name(start["name"]),
            Version(start["version"]),
            "--hash=sha256:" in lock[start.start() : end],
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def requirements(pyproject: str) -> dict[str, list[Requirement]]:
    """Read what pyproject.toml asks for, by the lock that must hold it."""
    project = tomllib.loads(pyproject)["project"]
    extras: Mapping[str, list[str]] = project["optional-dependencies"]
    wanted: dict[str, list[Requirement]] = {
        RUNTIME: [Requirement(line) for line in project["dependencies"]],
        DEV: [Requirement(line) for line in extras["dev"]],
    }
    for extra, lines in extras.items():
        if extra not in {"all", "dev"}:
            wanted[RUNTIME] += [Requirement(line) for line in lines]
    wanted[DEV] += wanted[RUNTIME]
    return wanted


def check_locks(tree: Tree) -> Iterator[Finding]:
    """Find locks with an address, without hashes, or that do not fit pyproject.toml."""
    wanted = requirements(tree.text("pyproject.toml"))
    for path in tree.under("deploy/locks"):
        if path.suffix != ".txt":
            continue
        lock = tree.text(path)
        if _ADDRESS.search(lock):
            yield Finding(str(path), 0, "holds a registry address: type `make lock`")
        locked = pins(lock)
        for pin in locked:
            if not pin.is_hashed:
                yield Finding(str(path), 0, f"{pin.name} has no hash: type `make lock`")
        for requirement in wanted.get(str(path), []):
            versions = [
                pin.version for pin in locked if pin.name == canonicalize_name(requirement.name)
            ]
            if not any(requirement.specifier.contains(version) for version in versions):
                yield Finding(str(path), 0, f"does not hold {requirement}: type `make lock`")


def check_floors(tree: Tree) -> Iterator[Finding]:
    """Find locked packages older than the release that mended their known holes."""
    floors = tomllib.loads(tree.text("deploy/locks/floors.toml"))["floors"]
    for path in (RUNTIME, DEV):
        for pin in pins(tree.text(path)):
            floor = floors.get(pin.name)
            if floor is not None and pin.version < Version(floor["version"]):
                yield Finding(
                    path, 0, f"{pin.name} {pin.version} < {floor['version']}: {floor['why']}"
                )


def check_npm_lock(tree: Tree) -> Iterator[Finding]:
    """Find npm lockfiles that name where a package was fetched, or lack its hash."""
    for path in tree.paths:
        if path.name == "package-lock.json":
            text = tree.text(path)
            if _FETCHED_FROM.search(text):
                yield Finding(str(path), 0, "holds a registry address: .npmrc omits them")
            if '"integrity"' not in text:
                yield Finding(str(path), 0, "holds no hashes")
