"""Rules of pipelines themselves: names, labels, etags."""

import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from services.kit.errors import FieldViolation
from services.kit.ids import is_id
from services.pipelines.errors import EtagMismatch, LabelReserved, PipelineInvalid

MAX_DESCRIPTION: Final = 2_000
MAX_NOTE: Final = 500

# Moves by itself to every new version.
LATEST: Final = "latest"
# What new runs use when they name neither label nor version; `publish` moves it.
PRODUCTION: Final = "production"

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*)*\Z")
_MAX_NAME: Final = 128
_LABEL: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,35}\Z")


def check_texts(*, name: str | None = None, description: str = "", note: str = "") -> None:
    """Raise PipelineInvalid with every text at fault; a name of None is not checked."""
    violations = [
        *(_name_violations(name) if name is not None else ()),
        *_text_violations("description", description, MAX_DESCRIPTION),
        *_text_violations("note", note, MAX_NOTE),
    ]
    if violations:
        raise PipelineInvalid.of(violations)


def _name_violations(name: str) -> Iterator[FieldViolation]:
    if len(name) > _MAX_NAME or _NAME.match(name) is None:
        yield FieldViolation(
            "name",
            f"must be 1..{_MAX_NAME} of a-z, 0-9, _, ., - with / between folders, "
            "each part starting with a letter or digit",
        )
    elif is_id("pip", name):
        yield FieldViolation("name", "must not have the form of a pipeline's id")


def _text_violations(field: str, text: str, most: int) -> Iterator[FieldViolation]:
    if len(text) > most:
        yield FieldViolation(field, f"must have at most {most:,} characters, has {len(text):,}")
    if "\0" in text:
        yield FieldViolation(field, "must not contain the NUL character")


def check_label(label: str) -> None:
    """Raise LabelReserved for `latest`, PipelineInvalid for what cannot be a label."""
    if label == LATEST:
        raise LabelReserved.of_field(
            "label", f"{LATEST} always is the newest version and cannot be set or removed"
        )
    if _LABEL.match(label) is None:
        raise PipelineInvalid.of_field(
            "label", "must be 1..36 of a-z, 0-9, _, ., - starting with a letter or digit"
        )


def etag(pipeline_id: str, revision: int) -> str:
    """Name one state of a pipeline; revisions count its changes, labels and versions included."""
    return sha256(f"{pipeline_id}:{revision}".encode()).hexdigest()[:16]


def check_etag(given: str, pipeline_id: str, revision: int) -> None:
    """Raise EtagMismatch unless the caller saw this revision; the empty etag asks for nothing."""
    current = etag(pipeline_id, revision)
    if given and given != current:
        raise EtagMismatch(
            "the pipeline has changed since you read it: read it again and repeat your change",
            pipeline=pipeline_id,
            etag=current,
        )
