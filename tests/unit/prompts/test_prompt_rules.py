"""Names, labels, tags and etags."""

import pytest

from services.kit.ids import new_id
from services.prompts.errors import EtagMismatch, LabelReserved, PromptInvalid
from services.prompts.rules import prompts as rules
from services.prompts.rules.content import Content, PromptType
from services.prompts.rules.violations import Violations
from tests.unit.prompts.violations import found_in


def name_faults(name: str) -> list[str]:
    violations = Violations()
    rules.check_name(name, "name", violations)
    return list(found_in(violations))


@pytest.mark.parametrize("name", ["a", "0", "text-summarization", "team/ads/claim_2.b", "n" * 128])
def test_names_with_folders_are_taken(name: str) -> None:
    assert not name_faults(name)


@pytest.mark.parametrize(
    "name",
    ["", "A", "-a", "/a", "a/", "a//b", "a/../b", "a/.b", "a b", "ä", "a:b", "a\n", "n" * 129],
)
def test_names_that_urls_or_eyes_could_misread_are_refused(name: str) -> None:
    assert name_faults(name) == ["name"]


def test_a_name_cannot_be_taken_for_an_id() -> None:
    assert name_faults(new_id("prm")) == ["name"]


@pytest.mark.parametrize("label", ["production", "staging", "eu.1", "a" * 36, "9_-."])
def test_good_labels_pass(label: str) -> None:
    rules.check_label(label)
    assert label != rules.LATEST


@pytest.mark.parametrize("label", ["", "Production", "-a", "a b", "a" * 37, "a\n", "ä"])
def test_bad_labels_are_named(label: str) -> None:
    with pytest.raises(PromptInvalid) as raised:
        rules.check_label(label)
    assert [one.field for one in raised.value.violations] == ["label"]


def test_latest_is_not_for_hands() -> None:
    with pytest.raises(LabelReserved):
        rules.check_label("latest")


def test_tags_are_kept_in_order_once() -> None:
    violations = Violations()
    assert rules.check_tags(["b", "a", "b"], "tags", violations) == ["b", "a"]
    assert not violations


@pytest.mark.parametrize("tag", ["", " a", "a ", "a\nb", "a\0", "t" * 51])
def test_bad_tags_are_named_by_place(tag: str) -> None:
    violations = Violations()
    rules.check_tags(["fine", tag], "tags", violations)
    assert list(found_in(violations)) == ["tags[1]"]


def test_twenty_tags_are_the_most() -> None:
    violations = Violations()
    rules.check_tags([str(number) for number in range(21)], "tags", violations)
    assert list(found_in(violations)) == ["tags"]


def test_an_etag_names_one_state_of_one_prompt() -> None:
    one, other = new_id("prm"), new_id("prm")
    etags = {rules.etag(prompt, revision) for prompt in (one, other) for revision in (1, 2)}
    assert len(etags) == 4


def test_an_old_etag_is_refused_and_the_present_one_told() -> None:
    prompt = new_id("prm")
    with pytest.raises(EtagMismatch) as raised:
        rules.check_etag(rules.etag(prompt, 1), prompt, 2)
    assert raised.value.metadata["etag"] == rules.etag(prompt, 2)


@pytest.mark.parametrize("given_", ["", rules.etag("prm_a", 3)])
def test_the_present_etag_and_none_pass(given_: str) -> None:
    rules.check_etag(given_, "prm_a", 3)
    assert rules.etag("prm_a", 3) == rules.etag("prm_a", 3)


def test_a_prompt_keeps_its_form() -> None:
    content = Content(PromptType.CHAT, (), (), (), "", {})
    rules.check_type(content, PromptType.CHAT)
    with pytest.raises(PromptInvalid) as raised:
        rules.check_type(content, PromptType.TEXT)
    assert [one.field for one in raised.value.violations] == ["content.type"]
