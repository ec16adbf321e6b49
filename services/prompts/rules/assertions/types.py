"""Every assertion type of promptfoo: its rule, or what stands in its way."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from services.prompts.rules.assertions import (
    contains,
    documents,
    equality,
    markup,
    measures,
    refusals,
    similarity,
    sql,
    tools,
)
from services.prompts.rules.assertions.case import Case, Verdict


class Shape(Enum):
    """What a type's value may be."""

    NOTHING = "no value"
    ANYTHING = "a value"
    WORD = "a text that is not empty, or a number"
    TEXT = "a text that is not empty"
    PATTERN = "a regular expression of JavaScript"
    STRING = "a text"
    TEXTS = "a text or a list of texts"
    LIST = "a list, or a text with commas, that is not empty"
    SCHEMA = "a JSON Schema: an object, or a text of YAML or JSON; or nothing"
    SQL = "an object with databaseType, allowedTables, allowedColumns; or nothing"
    PATHS = "paths of elements: a text with commas or a list; or nothing"
    COUNT = "a number of words, or an object with min and max"


class Need(Enum):
    """What must be there to decide an assertion; OUTPUT alone can be checked at once."""

    OUTPUT = "output"
    MODEL = "model"
    TRACE = "trace"
    OUTPUTS = "outputs"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Kind:
    """One type. `check` is there exactly when the output is all that it needs."""

    name: str
    need: Need
    shape: Shape = Shape.ANYTHING
    check: Callable[[Case], Verdict] | None = None
    needs_threshold: bool = False


@dataclass(frozen=True, slots=True)
class Refusal:
    """A type that runs code or calls somebody: never here. `instead` says what to use."""

    name: str
    instead: str


def _checked() -> tuple[Kind, ...]:
    rules: tuple[tuple[str, Shape, Callable[[Case], Verdict]], ...] = (
        ("equals", Shape.ANYTHING, equality.equals),
        ("contains", Shape.WORD, contains.contains),
        ("contains-all", Shape.LIST, contains.contains_all),
        ("contains-any", Shape.LIST, contains.contains_any),
        ("icontains", Shape.WORD, contains.icontains),
        ("icontains-all", Shape.LIST, contains.icontains_all),
        ("icontains-any", Shape.LIST, contains.icontains_any),
        ("starts-with", Shape.TEXT, equality.starts_with),
        ("regex", Shape.PATTERN, equality.matches),
        ("levenshtein", Shape.STRING, equality.levenshtein),
        ("word-count", Shape.COUNT, measures.word_count),
        ("is-json", Shape.SCHEMA, documents.is_json),
        ("contains-json", Shape.SCHEMA, documents.contains_json),
        ("is-html", Shape.NOTHING, markup.is_html),
        ("contains-html", Shape.NOTHING, markup.contains_html),
        ("is-xml", Shape.PATHS, markup.is_xml),
        ("contains-xml", Shape.PATHS, markup.contains_xml),
        ("is-sql", Shape.SQL, sql.is_sql),
        ("contains-sql", Shape.SQL, sql.contains_sql),
        ("is-refusal", Shape.NOTHING, refusals.is_refusal),
        ("rouge-n", Shape.STRING, similarity.rouge_n),
        ("bleu", Shape.TEXTS, similarity.bleu),
        ("gleu", Shape.TEXTS, similarity.gleu),
        ("meteor", Shape.TEXTS, similarity.meteor),
        ("finish-reason", Shape.STRING, measures.finish_reason),
        ("guardrails", Shape.NOTHING, measures.guardrails),
        ("perplexity", Shape.NOTHING, measures.perplexity),
        ("perplexity-score", Shape.NOTHING, measures.perplexity_score),
        ("is-valid-function-call", Shape.NOTHING, tools.is_valid_function_call),
        ("is-valid-openai-function-call", Shape.NOTHING, tools.is_valid_function_call),
        ("is-valid-openai-tools-call", Shape.NOTHING, tools.is_valid_tools_call),
        ("tool-call-f1", Shape.LIST, tools.tool_call_f1),
    )
    measured = (("latency", measures.latency), ("cost", measures.cost))
    return (
        *(Kind(name, Need.OUTPUT, shape, check) for name, shape, check in rules),
        *(
            Kind(name, Need.OUTPUT, Shape.NOTHING, check, needs_threshold=True)
            for name, check in measured
        ),
    )


# fmt: off
_LATER: Final = {
    Need.MODEL: (
        "agent-rubric", "answer-relevance", "classifier", "context-faithfulness",
        "context-recall", "context-relevance", "conversation-relevance", "factuality", "g-eval",
        "llm-rubric", "model-graded-closedqa", "model-graded-factuality", "moderation", "pi",
        "search-rubric", "similar", "similar:cosine", "similar:dot", "similar:euclidean",
    ),
    Need.TRACE: (
        "skill-used", "trace-error-spans", "trace-span-count", "trace-span-duration",
        "trajectory:goal-success", "trajectory:step-count", "trajectory:tool-args-match",
        "trajectory:tool-sequence", "trajectory:tool-used",
    ),
    Need.OUTPUTS: ("select-best", "max-score"),
    Need.PERSON: ("human",),
}
# fmt: on
KINDS: Final = {
    kind.name: kind
    for kind in (
        *_checked(),
        *(Kind(name, need) for need, names in _LATER.items() for name in names),
    )
}
_CODE: Final = (
    "code of a suite does not run in the platform: use the deterministic types, and `transform` "
    "with an expression (CEL) to prepare the output"
)
REFUSED: Final = {
    refusal.name: refusal
    for refusal in (
        Refusal("javascript", _CODE),
        Refusal("python", _CODE),
        Refusal("ruby", _CODE),
        Refusal(
            "webhook",
            "checks call nobody: use the deterministic types, or let a pipeline's http step ask "
            "your service",
        ),
    )
}
NEGATABLE_NOT: Final = frozenset({"select-best", "max-score", "human"})
ASSERT_SET: Final = "assert-set"
