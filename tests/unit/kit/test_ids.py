"""Ids say what they name, sort by time, and are checked at every door."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.kit import ids
from services.kit.errors import InvalidArgument
from services.kit.ids import derived_id, is_id, new_id, parse_id

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def as_uuid(text: str) -> uuid.UUID:
    value = 0
    for character in text.partition("_")[2]:
        value = value * 32 + _ALPHABET.index(character)
    return uuid.UUID(int=value)


def test_an_id_is_a_uuid_of_version_7_with_its_time_in_front() -> None:
    before = time.time_ns() // 1_000_000
    value = as_uuid(new_id("prm"))
    after = time.time_ns() // 1_000_000
    assert value.version == 7
    assert value.variant == uuid.RFC_4122
    # A process that makes many in a millisecond runs ahead of the clock by less than a second.
    assert before <= value.int >> 80 <= after + 1000


def test_ids_made_one_after_the_other_sort_so_also_within_a_millisecond() -> None:
    made = [new_id("evt") for _ in range(20_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_threads_never_make_the_same_id() -> None:
    with ThreadPoolExecutor(4) as pool:
        parts = list(pool.map(lambda _: [new_id("evt") for _ in range(2_000)], range(4)))
    made = [each for part in parts for each in part]
    assert len(set(made)) == len(made)


def test_ids_go_on_growing_when_the_clock_is_set_back() -> None:
    sequence = ids._Sequence()
    made = [sequence.next(millis) for millis in (1_000, 1_000, 400, 401, 1_000, 1_001)]
    assert made == sorted(set(made))
    assert made[2] >> 80 == 1_000
    assert made[5] >> 80 == 1_001


def test_a_step_past_the_random_bits_goes_into_the_next_millisecond() -> None:
    sequence = ids._Sequence()
    sequence._last = 1_000 << 74 | (1 << 74) - 1
    value = uuid.UUID(int=sequence.next(1_000))
    assert value.int >> 80 == 1_001
    assert value.version == 7


def test_the_same_parts_always_give_the_same_id_and_others_another() -> None:
    assert derived_id("use", "run_1", "a") == derived_id("use", "run_1", "a")
    assert derived_id("use", "run_1", "a") != derived_id("use", "run_1a", "")
    assert is_id("use", derived_id("use", "x"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "prm",
        "prm_",
        "run_01h455vb4pex5vsknk084sn02q",
        "prm_01h455vb4pex5vsknk084sn02",
        "prm_01h455vb4pex5vsknk084sn02qq",
        "prm_81h455vb4pex5vsknk084sn02q",
        "prm_01h455vb4pex5vsknk084sn02u",
        "PRM_01h455vb4pex5vsknk084sn02q",
        "prm_01H455VB4PEX5VSKNK084SN02Q",
        "prm_01h455vb4pex5vsknk084sn02q\n",
        " prm_01h455vb4pex5vsknk084sn02q",
        "prm_01h455vb4pex5vsknk084sn0٢q",
    ],
)
def test_what_is_no_id_of_this_kind_is_refused_and_the_field_named(text: str) -> None:
    assert not is_id("prm", text)
    with pytest.raises(InvalidArgument) as caught:
        parse_id("prm", text, field="prompt_id")
    assert caught.value.violations[0].field == "prompt_id"


def test_an_id_is_returned_as_it_came() -> None:
    text = new_id("prm")
    assert parse_id("prm", text, field="prompt_id") == text
