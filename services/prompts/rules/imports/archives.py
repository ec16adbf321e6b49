"""Files as they were sent: one, or a ZIP of many, unpacked in memory within bounds.

Nothing is ever written to a disk, so a path is only a name; those that could harm whoever unpacks
the archive elsewhere (absolute, with `..`, links) are refused all the same, since no honest tool
writes them.
"""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Final

from services.prompts.rules.imports.entries import Broken

MOST_ENTRIES: Final = 60_000
MOST_FILE_BYTES: Final = 8_000_000
MOST_TOTAL_BYTES: Final = 200_000_000
_MOST_PATH_CHARACTERS: Final = 500
_ENTRY_MARK: Final = b"PK\x01\x02"
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED: Final = 0x1


class Files:
    """The files of an import, by path. A single file has the name that it was sent with."""

    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self.is_archive = data.startswith((b"PK\x03\x04", b"PK\x05\x06"))
        self._single = data
        self._archive = _open(name, data) if self.is_archive else None
        self._entries = dict(_checked(name, self._archive)) if self._archive else {}

    @property
    def paths(self) -> list[str]:
        """All paths, sorted."""
        return sorted(self._entries) if self._archive else [self.name]

    def __contains__(self, path: str) -> bool:
        return path in self._entries if self._archive else path == self.name

    def read(self, path: str) -> bytes:
        """Return a file's bytes. Raises Broken when the archive is damaged there."""
        if self._archive is None:
            return self._single
        try:
            # zipfile itself stops at the size that was declared, and checks the CRC.
            return self._archive.read(self._entries[path])
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as problem:
            raise Broken(path, "is damaged: the archive's checksum or data is wrong") from problem

    def text(self, path: str) -> str:
        """Return a file as text. Raises Broken unless it is UTF-8."""
        data = self.read(path)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as problem:
            line = data.count(b"\n", 0, problem.start) + 1
            raise Broken(path, "is not UTF-8 text", line=line) from problem


def _open(name: str, data: bytes) -> zipfile.ZipFile:
    # Counted before zipfile makes an object of each.
    if data.count(_ENTRY_MARK) > MOST_ENTRIES:
        raise Broken(name, f"must hold at most {MOST_ENTRIES:,} files")
    try:
        return zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as problem:
        raise Broken(name, "is not a ZIP archive that can be read") from problem


def _checked(name: str, archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    total = 0
    seen: set[str] = set()
    for entry in archive.infolist():
        path = entry.filename
        if path.endswith("/"):
            continue
        problem = _problem_of(entry) or ("is there twice" if path in seen else "")
        if problem:
            raise Broken(path[:_MOST_PATH_CHARACTERS], problem)
        seen.add(path)
        total += entry.file_size
        if total > MOST_TOTAL_BYTES:
            raise Broken(name, f"must unpack to at most {MOST_TOTAL_BYTES:,} bytes")
        yield path, entry


def _problem_of(entry: zipfile.ZipInfo) -> str:
    path = entry.filename
    if len(path) > _MOST_PATH_CHARACTERS or not path.isprintable():
        return f"must have a printable path of at most {_MOST_PATH_CHARACTERS} characters"
    if path.startswith("/") or "\\" in path or ":" in path or {"..", "."} & set(path.split("/")):
        return "must be a relative path without .. and \\"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a symbolic link: put the file itself into the archive"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if entry.compress_type not in _METHODS:
        return "must be stored or deflated"
    if entry.file_size > MOST_FILE_BYTES:
        return f"must have at most {MOST_FILE_BYTES:,} bytes, has {entry.file_size:,}"
    return ""
