"""Rules of datasets: names, what an item may hold, and what makes two versions equal."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final, Self

import orjson

from services.kit.ids import is_id
from services.prompts.errors import EtagMismatch
from services.prompts.rules.documents import DocumentError, canonical, parse
from services.prompts.rules.violations import Violations

MOST_ITEMS: Final = 100_000
# Input, expected and metadata together, as canonical JSON.
MOST_ITEM_BYTES: Final = 1_000_000
MOST_QUERY: Final = 200
_MOST_DESCRIPTION: Final = 2_000
_MOST_METADATA_BYTES: Final = 100_000
_MOST_NAME: Final = 128
_MOST_SOURCE: Final = 128

_ITEM_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}\Z")
ITEM_ID_RULE: Final = (
    "must be 1..128 of letters, digits, _, ., : and -, starting with a letter or digit"
)
_MODULUS: Final = 1 << 256


class Source(StrEnum):
    """How a version came to be."""

    EDIT = "edit"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class ItemContent:
    """What an item says, each as canonical JSON text; "" is null."""

    input: str = ""
    expected: str = ""
    metadata: str = ""

    @classmethod
    def of(cls, given: object, expected: object = None, metadata: object = None) -> Self:
        """Write JSON values in their canonical form."""
        return cls(_text(given), _text(expected), _text(metadata))

    @property
    def size_bytes(self) -> int:
        """How much it takes."""
        return sum(len(text.encode()) for text in (self.input, self.expected, self.metadata))

    @property
    def is_empty(self) -> bool:
        """Tell whether it says nothing at all."""
        return not (self.input or self.expected or self.metadata)

    @property
    def content_hash(self) -> str:
        """Name the content: equal for equal JSON values, however they were written."""
        parts = (self.input or "null", self.expected or "null", self.metadata or "null")
        whole = '{"expected":%s,"input":%s,"metadata":%s}' % (parts[1], parts[0], parts[2])  # noqa: UP031 # braces of JSON
        return sha256(whole.encode()).hexdigest()

    def values(self) -> tuple[object, object, object]:
        """Return input, expected and metadata as JSON values."""
        return _value(self.input), _value(self.expected), _value(self.metadata)


def check_name(name: str, field: str, violations: Violations) -> None:
    """Note the field unless it can name a dataset; ids cannot, since references take both."""
    violations.add_text(field, name, least=1, most=_MOST_NAME)
    if name != name.strip() or not name.isprintable():
        violations.add(field, "must not start or end with a space or hold control characters")
    if is_id("dst", name):
        violations.add(field, "must not have the form of a dataset's id")


def check_description(text: str, field: str, violations: Violations) -> None:
    """Note the field unless it can describe a dataset."""
    violations.add_text(field, text, most=_MOST_DESCRIPTION)


def check_metadata(text: str, field: str, violations: Violations) -> str:
    """Return a dataset's metadata in canonical form, "" for null; note the field at fault."""
    return _document(text, field, violations, most=_MOST_METADATA_BYTES)


def check_item_id(item_id: str, field: str, violations: Violations) -> None:
    """Note the field unless it can be an item's id."""
    if _ITEM_ID.match(item_id) is None:
        violations.add(field, ITEM_ID_RULE)


def check_source(run_id: str, step_id: str, violations: Violations) -> None:
    """Note what cannot say where an item was taken from."""
    violations.add_text("source_run_id", run_id, most=_MOST_SOURCE)
    violations.add_text("source_step_id", step_id, most=_MOST_SOURCE)


def check_content(
    input_json: str, expected_json: str, metadata_json: str, violations: Violations
) -> ItemContent:
    """Return JSON texts as an item's content; "" is null. Notes each field at fault."""
    content = ItemContent(
        _document(input_json, "input_json", violations, most=MOST_ITEM_BYTES),
        _document(expected_json, "expected_json", violations, most=MOST_ITEM_BYTES),
        _document(metadata_json, "metadata_json", violations, most=MOST_ITEM_BYTES),
    )
    if not violations and (fault := fault_of(content)):
        violations.add("input_json", fault)
    return content


def fault_of(content: ItemContent) -> str:
    """Say why well-formed content cannot be an item's; "" when it can."""
    if content.is_empty:
        return "is null, and so are expected and metadata: the item would say nothing"
    if content.size_bytes > MOST_ITEM_BYTES:
        return (
            f"input, expected and metadata must have at most {MOST_ITEM_BYTES:,} bytes together, "
            f"have {content.size_bytes:,}"
        )
    return ""


def folded(digest: str, *, without: Iterable[str] = (), plus: Iterable[str] = ()) -> str:
    """Return a version's hash after items with these content hashes went and came.

    A sum of hashes: it takes as long as the change is large, not the dataset, and the order of
    items makes no difference. It tells equal versions apart from others; it is no signature.
    `digest` is "" for no items.
    """
    total = int(digest or "0", 16) + sum(_term(one) for one in plus) - sum(map(_term, without))
    return f"{total % _MODULUS:064x}"


def etag(thing_id: str, revision: int) -> str:
    """Name one state of a dataset, or of an item by the version that made it so."""
    return sha256(f"{thing_id}:{revision}".encode()).hexdigest()[:16]


def check_etag(given: str, what: str, thing_id: str, revision: int) -> None:
    """Raise EtagMismatch unless the caller saw this revision; the empty etag asks for nothing."""
    current = etag(thing_id, revision)
    if given and given != current:
        raise EtagMismatch(
            f"the {what} has changed since you read it: read it again and repeat your change",
            etag=current,
        )


def _term(content_hash: str) -> int:
    # Hashed again: sums of what is shown in answers would be easier to steer.
    return int.from_bytes(sha256(b"item:" + content_hash.encode()).digest())


def _document(text: str, field: str, violations: Violations, *, most: int) -> str:
    if not text:
        return ""
    try:
        return _text(parse(text, most=most))
    except DocumentError as problem:
        violations.add(field, str(problem))
        return ""


def _text(value: object) -> str:
    return "" if value is None else canonical(value).decode()


def _value(text: str) -> object:
    return orjson.loads(text) if text else None
