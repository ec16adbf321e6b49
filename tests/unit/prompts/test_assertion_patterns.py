"""JavaScript's patterns: same matches, no endless ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.prompts.rules.assertions.case import AssertionFailed, Budget, Case, Outcome
from services.prompts.rules.assertions.equality import matches
from services.prompts.rules.assertions.patterns import PatternInvalid, compiled
from services.prompts.rules.assertions.words import units


@pytest.mark.parametrize(
    ("pattern", "text", "does"),
    [
        (r"a$", "a\n", False),
        (r"^b", "a\nb", False),
        (r"a.b", "a\u2028b", False),
        (r"a.b", "a\x85b", True),
        (r"\d", "٣", False),
        (r"\w", "é", False),
        (r"\s", "\ufeff", True),
        (r"\s", "\x1c", False),
        (r"[\s]", "\u3000", True),
        (r"[^\S]x", "\u00a0x", True),
        (r"^[\S ]+$", "a b", True),
        (r"^[^\S\n]$", "\n", False),
        (r"[a\-z]", "-", True),
        (r"[\d-x]", "-", True),
        (r"[\b]", "\b", True),
        (r"[[]", "[", True),
        (r"[a&&b]", "&", True),
        (r"x{,2}", "x{,2}", True),
        (r"x{1,2}?y", "xxy", True),
        (r"a}]", "a}]", True),
        (r"\cJ", "\n", True),
        (r"(?<a>x)\k<a>", "xx", True),
        (r"\k<a>", "k<a>", True),
        (r"(?:(a)|b)\1c", "bc", True),
        (r"^..$", "😀", True),
        (r"😀{2}", "😀\ude00", True),
        (r"\ud83d\ude00", "😀", True),
    ],
)
def test_a_pattern_matches_as_in_javascript(pattern: str, text: str, does: bool) -> None:
    assert (compiled(pattern).search(units(text)) is not None) is does


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[a", "a**", "a++", "*a", "a{2}{3}", "(?i)a", "(?P<a>b)", "(?>a)", "a\\", r"(a)\2",
     "[b-a]", "x" * 2_001, "(?#c)"],
)  # fmt: skip
def test_what_javascript_refuses_is_refused(pattern: str) -> None:
    with pytest.raises(PatternInvalid):
        compiled(pattern)


@pytest.mark.parametrize(
    "pattern", [r"(a+)+$", r"(a|aa)+$", r"(a|a?)+$", r"(.*a){20}$", r"^(([a-z])+.)+[A-Z]([a-z])+$"]
)
def test_a_pattern_that_backtracks_without_end_is_stopped(pattern: str) -> None:
    hurried = Budget(0.05, lambda: 0.0)
    try:
        verdict = matches(Case(Outcome("a" * 5_000 + "!"), pattern, None, {}, hurried))
    except AssertionFailed as error:
        assert "took longer" in str(error)  # noqa: PT017 - an engine may also be clever
    else:
        assert not verdict.holds


def test_no_pattern_runs_when_the_time_of_the_request_is_used_up() -> None:
    spent = Budget(0, lambda: 1.0)
    with pytest.raises(AssertionFailed, match="used up"):
        matches(Case(Outcome("a"), "a", None, {}, spent))


@given(st.text(alphabet="ab\\[](){}*+?.^$|-,0123dwsSbk<>=!:i", max_size=30))
def test_any_pattern_compiles_or_is_refused(pattern: str) -> None:
    try:
        found = compiled(pattern).search("", timeout=1)
    except PatternInvalid:
        return
    assert found is None or found.span() == (0, 0)


@given(st.text(max_size=50))
def test_an_escaped_text_matches_itself_alone(text: str) -> None:
    escaped = "".join(f"\\u{ord(unit):04x}" for unit in units(text))
    found = compiled(f"^{escaped}$").search(units(f"{text}"))
    assert found is not None
    assert compiled(f"^{escaped}$").search(units(f"{text}x")) is None
