"""The local hashing embedder: wording that is near gives vectors that are near."""

import math

from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.search.documents import PromptTexts, VersionText
from services.prompts.rules.search.embedding import LocalHashing

REFUND = "Answer a customer who asks for a refund. Be friendly, and name the refund policy."
REFUNDS = "Reply to customers asking for refunds: be friendly and mention our refund policies."
SQL = "Write one SQL statement for PostgreSQL that answers the question. Use the given schema."


def near(one: str, other: str) -> float:
    """Cosine of the vectors of two prompts that differ in their texts alone."""
    first, second = (LocalHashing().embed(prompt(text)) for text in (one, other))
    return sum(a * b for a, b in zip(first, second, strict=True))


def prompt(text: str) -> PromptTexts:
    return PromptTexts("x", "", (), (VersionText(1, (text,), "", ""),))


def test_prompts_that_share_wording_are_nearer_than_others() -> None:
    assert near(REFUND, REFUNDS) > 2 * near(REFUND, SQL)


def test_inflections_are_near_in_any_language() -> None:
    # A word alone: what it shares with the other is only a part of it.
    assert near("Rückerstattung", "Rückerstattungen") > 0.5
    assert near("Rückerstattung", "Kundendienst") < 0.3


def test_the_same_prompt_has_the_same_vector_in_every_process() -> None:
    vector = LocalHashing().embed(prompt("refund"))
    assert len(vector) == 256
    assert {at: round(value, 3) for at, value in enumerate(vector) if value} == {
        8: -0.281, 11: 0.776, 30: -0.281, 41: 0.281, 167: 0.056, 169: -0.281, 245: -0.281,
    }  # fmt: skip


@given(st.text(max_size=200))
def test_vectors_have_the_length_one(text: str) -> None:
    vector = LocalHashing().embed(prompt(text))
    assert math.isclose(math.hypot(*vector), 1.0, rel_tol=1e-6)
