"""Events only grow: what was published once is read for ever."""

import json
from pathlib import Path

from google.protobuf.descriptor import Descriptor

from promptpilot.prompts.v1 import events_pb2
from tests.support.house import goldens
from tests.support.house.contracts import contract_files, event_messages
from tests.support.house.findings import report

EVENT: Descriptor = events_pb2.PromptLabelSet.DESCRIPTOR


def test_every_event_reads_its_golden_file() -> None:
    assert not report(goldens.check(list(event_messages(contract_files()))))


def test_a_golden_file_survives_the_way_through_the_message() -> None:
    for event in event_messages(contract_files()):
        document = json.loads(goldens.path_of(event).read_text(encoding="utf-8"))
        assert document, f"{event.name} carries nothing"


def test_an_event_without_a_golden_file_is_found(tmp_path: Path) -> None:
    (found,) = goldens.check([EVENT], tmp_path)
    assert "make gen" in found.message


def test_writing_adds_what_is_missing_and_changes_nothing_else(tmp_path: Path) -> None:
    path = goldens.path_of(EVENT, tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"prompt_id": "prm_of_last_year"}), encoding="utf-8")
    (found,) = goldens.check([EVENT], tmp_path)
    assert found.message == "lacks label, previous_version, sequence, version: type `make gen`"

    goldens.write([EVENT], tmp_path)

    assert not report(goldens.check([EVENT], tmp_path))
    assert json.loads(path.read_text(encoding="utf-8"))["prompt_id"] == "prm_of_last_year"


def test_a_field_that_was_taken_away_is_found(tmp_path: Path) -> None:
    goldens.write([EVENT], tmp_path)
    path = goldens.path_of(EVENT, tmp_path)
    document = json.loads(path.read_text(encoding="utf-8")) | {"retired_field": "a"}
    path.write_text(json.dumps(document), encoding="utf-8")
    (found,) = goldens.check([EVENT], tmp_path)
    assert "fields only grow" in found.message


def test_an_event_that_was_taken_away_is_found(tmp_path: Path) -> None:
    goldens.write([EVENT], tmp_path)
    (found,) = goldens.check([], tmp_path)
    assert found.path == "tests/contract/events/prompts/PromptLabelSet.json"
