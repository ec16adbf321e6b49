"""Files made to harm: bombs, ways out of the archive, damage. Each is refused, and says why."""

import itertools
import stat
import struct
from collections.abc import Callable
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.imports import archives
from services.prompts.rules.imports.archives import Files
from services.prompts.rules.imports.checking import checked
from services.prompts.rules.imports.entries import Broken
from services.prompts.rules.imports.formats import find_prompts
from services.prompts.rules.imports.json_documents import JsonDocument
from services.prompts.rules.imports.yaml_documents import MOST_DEPTH, MOST_NODES, load
from tests.unit.prompts.archives import PROMPT, zipped

# Twelve lists, each of nine times the one before: 9^12 values.
_ALIASES = "a: &a [x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n"
    for old, new in itertools.pairwise("abcdefghijklm")
)


def _link() -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        entry = ZipInfo("prompts/a/_prompt.yaml")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


def _bomb() -> bytes:
    """Make some 200 KB that would unpack to 208 MB, each file within its bound."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(26):
            archive.writestr(f"{number}.yaml", bytes(archives.MOST_FILE_BYTES))
    return out.getvalue()


def _lying_bomb() -> bytes:
    """Make an archive whose directory says that a file of 1 MB has 10 bytes."""
    data = bytearray(zipped({**PROMPT, "prompts/a/b/_versions/0001.yaml": b" " * 1_000_000}))
    for mark, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = data.index(mark + data[data.index(mark) + 4 : data.index(mark) + 6])
        while start >= 0:
            if struct.unpack_from("<I", data, start + at)[0] == 1_000_000:
                struct.pack_into("<I", data, start + at, 10)
            start = data.find(mark, start + 4)
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: zipped({"../evil.yaml": b""}), "relative path"),
        (lambda: zipped({"a/../../evil.yaml": b""}), "relative path"),
        (lambda: zipped({"/etc/passwd": b""}), "relative path"),
        (lambda: zipped({"C:/evil.yaml": b""}), "relative path"),
        (lambda: zipped({"a\nb": b""}), "printable path"),
        (lambda: zipped({"x" * 501: b""}), "printable path"),
        (lambda: zipped({"x": bytes(archives.MOST_FILE_BYTES + 1)}), "at most 8,000,000 bytes"),
        (lambda: b"PK\x01\x02" * 60_001, "of no format|not valid JSON|not UTF-8"),
        (lambda: b"PK\x03\x04" + b"PK\x01\x02" * 60_001, "at most 60,000 files"),
        (lambda: b"PK\x03\x04" + bytes(1000), "not a ZIP archive"),
        (_link, "symbolic link"),
        (_bomb, "unpack to at most 200,000,000 bytes"),
    ],
)
def test_an_archive_made_to_harm_is_refused(make: Callable[[], bytes], said: str) -> None:
    with pytest.raises(Broken, match=said):
        find_prompts("up.zip", make(), None)


def test_an_archive_that_lies_about_sizes_is_damaged_there_only() -> None:
    _, (pending,) = find_prompts("up.zip", _lying_bomb(), None)
    (fault,) = checked(pending, "").faults
    assert fault.file == "prompts/a/b/_versions/0001.yaml"
    assert "damaged" in fault.message


@given(st.integers(0, 5_000), st.integers(0, 255))
def test_a_flipped_byte_breaks_nothing_else(at: int, byte: int) -> None:
    data = bytearray(zipped(PROMPT))
    data[at % len(data)] = byte
    try:
        _, prompts = find_prompts("up.zip", bytes(data), None)
    except Broken:
        return
    for prompt in prompts:
        checked(prompt, "")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(Broken):
        find_prompts("up", data, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_ALIASES, f"more than {MOST_NODES:,}"),
        ("[" * 100_000, "nests deeper"),
        ("- " * 50_000 + "x", "nests deeper"),
        ("a: &a [*a]", "stands for nothing"),
        ("a: *b", "valid YAML|stands for nothing"),
        ("!!python/object/apply:os.system [id]", "tag"),
        ("a: !!binary aGk=", "tag"),
        ("a: 1\na: 2", "twice"),
        ("? [a]\n: b", "key that is no text"),
        ("a: 1\n---\nb: 2", "one YAML document"),
        ("a: \x07", "character"),
        ("a:\n\t- b", "line 2|valid YAML"),
    ],
)  # fmt: skip
def test_yaml_made_to_harm_is_refused(text: str, said: str) -> None:
    with pytest.raises(Broken, match=said):
        load("x.yaml", text)


def test_aliases_stand_for_what_they_name() -> None:
    document = load("x.yaml", "base: &b {role: user}\nlist:\n- *b\n- x\n")
    assert document.value == {"base": {"role": "user"}, "list": [{"role": "user"}, "x"]}
    assert document.line_of("list[1]") == 4
    assert document.line_of("list[0].role") == 3


def test_scalars_are_those_of_json() -> None:
    text = (
        "a: no\nb: 1_000\nc: 2026-11-24\nd: 0x10\ne: 1e3\nf: ~\ng: true\nh: 'true'\ni: -0.5\nj:\n"
    )
    assert load("x", text).value == {
        "a": "no", "b": "1_000", "c": "2026-11-24", "d": "0x10", "e": 1000.0, "f": None, "g": True,
        "h": "true", "i": -0.5, "j": None,
    }  # fmt: skip


def test_json_has_the_line_of_each_field() -> None:
    document = JsonDocument("x", '[\n {"a": "}",\n  "b": [1,\n 2, {"c":\n null}]}\n]')
    lines = {"[0]": 2, "[0].a": 2, "[0].b": 3, "[0].b[1]": 4, "[0].b[2].c": 5, "[0].zz": 2}
    assert {path: document.line_of(path) for path in lines} == lines


@pytest.mark.parametrize("text", ["[" * 100_000, "[" * (MOST_DEPTH + 2) + "]" * (MOST_DEPTH + 2)])
def test_json_that_nests_too_deep_is_refused(text: str) -> None:
    with pytest.raises(Broken):
        JsonDocument("x", text)


def test_text_must_be_utf_8() -> None:
    with pytest.raises(Broken, match="UTF-8") as raised:
        Files("x.json", b"[1,\n\xff]").text("x.json")
    assert raised.value.note.line == 2
