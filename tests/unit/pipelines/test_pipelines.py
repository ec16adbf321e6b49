"""Names, labels and etags."""

from collections.abc import Callable

import pytest

from services.kit.errors import InvalidArgument
from services.pipelines.errors import EtagMismatch, LabelReserved
from services.pipelines.rules.pipelines import check_etag, check_label, check_texts, etag


def refused(check: Callable[[], None]) -> list[str]:
    """Return the fields that a check refuses."""
    try:
        check()
    except InvalidArgument as error:
        return [one.field for one in error.violations]
    return []


@pytest.mark.parametrize("name", ["a", "shop/translate", "a.b-c_d/0", "x" * 128])
def test_names_that_are_allowed(name: str) -> None:
    assert refused(lambda: check_texts(name=name)) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "a b",
        "/a",
        "a/",
        "a//b",
        "-a",
        "x" * 129,
        "a\n",
        "ä",
        "pip_01m85v3tr3eq1bsr0qznaxtqjp",
    ],
)
def test_names_that_are_not(name: str) -> None:
    assert refused(lambda: check_texts(name=name)) == ["name"]


def test_every_text_is_checked() -> None:
    assert refused(lambda: check_texts(description="d" * 2_001, note="\0")) == [
        "description",
        "note",
    ]


def test_latest_is_reserved() -> None:
    with pytest.raises(LabelReserved):
        check_label("latest")
    assert refused(lambda: check_label("production")) == []


def test_an_etag_names_one_state() -> None:
    assert etag("pip_1", 1) != etag("pip_1", 2) != etag("pip_2", 2)
    check_etag("", "pip_1", 1)
    check_etag(etag("pip_1", 1), "pip_1", 1)
    with pytest.raises(EtagMismatch):
        check_etag(etag("pip_1", 1), "pip_1", 2)
