"""Rules of prompts and labels themselves: names, tags, and who may be moved where."""

import re
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from services.kit.ids import is_id
from services.prompts.errors import EtagMismatch, LabelReserved, PromptInvalid
from services.prompts.rules.content import Content, PromptType
from services.prompts.rules.violations import Violations

MOST_DESCRIPTION: Final = 2_000
MOST_NOTE: Final = 500
MOST_TAGS: Final = 20
MOST_TAG_CHARACTERS: Final = 50
# Labels that are set in one go.
MOST_LABELS: Final = 50

# Moves by itself to every new version.
LATEST: Final = "latest"
# What a reference means that names neither label nor version.
DEFAULT_LABEL: Final = "production"

# Paths beside those of prompts: /v1/prompts/live.
RESERVED_NAMES: Final = frozenset({"live"})
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_.-]*(?:/[a-z0-9][a-z0-9_.-]*)*\Z")
MOST_NAME_CHARACTERS: Final = 128
MOST_LABEL_CHARACTERS: Final = 36
_LABEL: Final = re.compile(r"[a-z0-9][a-z0-9_.-]{0,35}\Z")


def check_name(name: str, field: str, violations: Violations) -> None:
    """Note the field unless it can name a prompt; ids cannot, since references take both."""
    if len(name) > MOST_NAME_CHARACTERS or _NAME.match(name) is None:
        violations.add(
            field,
            f"must be 1..{MOST_NAME_CHARACTERS} of a-z, 0-9, _, ., - with / between folders, "
            "each part starting with a letter or digit",
        )
    elif is_id("prm", name):
        violations.add(field, "must not have the form of a prompt's id")
    elif name in RESERVED_NAMES:
        violations.add(field, f"must not be {name}: the API has something else at that path")


def check_description(text: str, field: str, violations: Violations) -> None:
    """Note the field unless it can describe a prompt."""
    violations.add_text(field, text, most=MOST_DESCRIPTION)


def check_note(text: str, field: str, violations: Violations) -> None:
    """Note the field unless it can say why a version was made."""
    violations.add_text(field, text, most=MOST_NOTE)


def check_tags(tags: Sequence[str], field: str, violations: Violations) -> list[str]:
    """Note each tag at fault; return them in the given order, each once."""
    once = list(dict.fromkeys(tags))
    if len(once) > MOST_TAGS:
        violations.add(field, f"at most {MOST_TAGS} tags, not {len(once)}")
    for index, tag in enumerate(tags):
        violations.add_text(f"{field}[{index}]", tag, least=1, most=MOST_TAG_CHARACTERS)
        if tag != tag.strip() or not tag.isprintable():
            violations.add(
                f"{field}[{index}]", "must not start or end with a space or hold control characters"
            )
    return once


def check_label(label: str, field: str = "label") -> None:
    """Raise LabelReserved for `latest`, PromptInvalid for what cannot be a label."""
    if label == LATEST:
        raise LabelReserved.of_field(
            field, f"{LATEST} always is the newest version and cannot be set or removed"
        )
    if _LABEL.match(label) is None:
        raise PromptInvalid.of_field(
            field, "must be 1..36 of a-z, 0-9, _, ., - starting with a letter or digit"
        )


def check_labels(labels: Sequence[str], field: str) -> list[str]:
    """Return labels that are to be set at once, in the given order, each once.

    Raises LabelReserved, PromptInvalid.
    """
    once = list(dict.fromkeys(labels))
    if len(once) > MOST_LABELS:
        raise PromptInvalid.of_field(field, f"at most {MOST_LABELS} labels, not {len(once)}")
    for index, label in enumerate(labels):
        check_label(label, f"{field}[{index}]")
    return once


def check_type(content: Content, expected: PromptType, field: str = "content.type") -> None:
    """Raise PromptInvalid when a new version has another form than its prompt."""
    if content.type is not expected:
        raise PromptInvalid.of_field(
            field, f"this is a {expected} prompt: a version of it cannot be {content.type}"
        )


def etag(prompt_id: str, revision: int) -> str:
    """Name one state of a prompt; revisions count its changes, labels and versions included."""
    return sha256(f"{prompt_id}:{revision}".encode()).hexdigest()[:16]


def check_etag(given: str, prompt_id: str, revision: int) -> None:
    """Raise EtagMismatch unless the caller saw this revision; the empty etag asks for nothing."""
    current = etag(prompt_id, revision)
    if given and given != current:
        raise EtagMismatch(
            "the prompt has changed since you read it: read it again and repeat your change",
            prompt=prompt_id,
            etag=current,
        )
