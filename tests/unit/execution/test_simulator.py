"""The simulator: deterministic, counted, and honest about what it is."""

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.execution.adapters.models.simulator import Simulator
from services.execution.rules.model_calls import ChatMessage, Completion, ModelRequest
from services.kit.errors import AppError
from services.kit.tokenizer import o200k as tokenizer

SEA = (
    "The sea was calm and the old ship slept. Nobody on the ship saw the storm over the sea. "
    "A cook burned the bread. The storm took the ship at night. Birds came back in the morning."
)


def request(model: str, text: str, **parameters: Any) -> ModelRequest:
    return ModelRequest(model, (ChatMessage("user", text),), parameters, 10, "k")


async def answer(model: str, text: str, **parameters: Any) -> Completion:
    async for item in Simulator(pace=0).stream(request(model, text, **parameters)):
        last = item
    assert isinstance(last, Completion)
    return last


async def test_echo_gives_the_last_message_back() -> None:
    assert (await answer("sim-echo", "wörd for wörd 👩‍👧")).text == "wörd for wörd 👩‍👧"


async def test_the_same_input_and_seed_give_the_same_answer_and_another_seed_another() -> None:
    first = await answer("sim-text", "Write about lighthouses.", seed=1)
    assert await answer("sim-text", "Write about lighthouses.", seed=1) == first
    assert (await answer("sim-text", "Write about lighthouses.", seed=2)).text != first.text


async def test_a_summary_is_made_of_the_texts_own_sentences_in_its_order() -> None:
    asked = f"Summarise the following text.\nLength: two sentences\n<text>\n{SEA}\n</text>"
    said = (await answer("sim-text", asked)).text
    assert said.count(".") == 2
    kept = [sentence.strip() for sentence in said.split(".") if sentence.strip()]
    places = [SEA.index(sentence) for sentence in kept]
    assert places == sorted(places)
    assert "bread" not in said


async def test_a_translation_says_that_it_is_simulated() -> None:
    asked = "Translate from: English\nTranslate into: German\n<text>\nGood day.\n</text>"
    assert (await answer("sim-text", asked)).text == "[German, simulated] Good day."


async def test_json_asked_for_in_words_has_the_asked_keys() -> None:
    asked = 'Answer with a JSON object: {"score": a number from 1 to 10, "remarks": [what to do]}'
    said = json.loads((await answer("sim-text", asked)).text)
    assert 1 <= said["score"] <= 10
    assert all(isinstance(remark, str) for remark in said["remarks"])


async def test_json_of_a_schema_fits_it() -> None:
    from jsonschema_rs import validator_for  # noqa: PLC0415 # only this test needs it

    schema = {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 3, "maxLength": 20},
            "kind": {"enum": ["a", "b"]},
            "sizes": {"type": "array", "items": {"type": "integer", "minimum": 5, "maximum": 6}},
            "is_new": {"type": "boolean"},
            "inner": {"type": "object", "properties": {"x": {"type": ["number", "null"]}}},
        },
        "required": ["name", "kind", "sizes", "is_new"],
    }
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    said = json.loads((await answer("sim-json", "Fill it.", response_format=wanted)).text)
    validator_for(schema).validate(said)


async def test_an_answer_past_its_token_limit_ends_with_length() -> None:
    said = await answer("sim-echo", "one two three four five six", max_tokens=3)
    assert (said.text, said.finish_reason, said.usage.output_tokens) == (
        "one two three",
        "length",
        3,
    )


async def test_flaky_fails_twice_and_then_answers() -> None:
    simulator, outcomes = Simulator(pace=0), []
    for _ in range(6):
        try:
            async for _item in simulator.stream(request("sim-flaky", "try")):
                pass
            outcomes.append("ok")
        except AppError as error:
            outcomes.append(error.code)
    assert outcomes.count("ok") == 2
    assert outcomes[2] == outcomes[5] == "ok"


async def test_a_name_that_is_no_simulator_answers_as_sim_text() -> None:
    said = await answer("gpt-4o", "Write about lighthouses.")
    assert (said.model, said.provider) == ("sim-text", "simulator")


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("hello world", 2),
        ("tiktoken is great!", 6),
        ("antidisestablishmentarianism", 6),
        ("お誕生日おめでとう", 8),
    ],
)
async def test_token_counts_are_those_of_o200k(text: str, tokens: int) -> None:
    # From OpenAI's cookbook, "How to count tokens with tiktoken".
    assert await tokenizer.count_text(text) == tokens


async def test_a_million_spaces_are_counted_and_cut() -> None:
    # More than tiktoken's regular expression takes at once.
    spaces = " " * 1_000_000
    assert 0 < await tokenizer.count_text(spaces) < 10_000
    assert "".join(tokenizer.pieces(spaces)) == spaces


@given(st.text(max_size=200))
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(tokenizer.pieces(text)) == text


@given(st.text(max_size=300), st.sampled_from(["sim-text", "sim-json", "sim-echo"]))
def test_any_text_is_answered(text: str, model: str) -> None:
    said = asyncio.run(answer(model, text))
    assert said.usage.output_tokens >= 0
