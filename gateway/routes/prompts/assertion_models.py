"""Request and answer models of assertions and test suites."""

from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from gateway.schema import INT64, Answer, Body

AssertionState = Literal["passed", "failed", "error", "undecided"]


class AssertionGuardrails(Body):
    """What the provider's guardrails said of an answer."""

    is_flagged: bool = False
    is_input_flagged: bool = False
    is_output_flagged: bool = False
    reason: Annotated[str, Field(max_length=2_000)] = ""


class CheckAssertions(Body):
    """An output, what is known of it, and the assertions on it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "output": "Oslo is the capital of Norway.",
                    "assertions": [{"type": "contains", "value": "{{city}}"}],
                    "variables": {"city": "Oslo"},
                }
            ]
        }
    )

    output: str | dict[str, Any] | list[Any] = Field(
        description="The model's answer: a text, or JSON such as tool calls. "
        "At most 200,000 characters."
    )
    assertions: list[dict[str, Any]] = Field(
        min_length=1,
        max_length=100,
        description="Assertions as promptfoo writes them; members of an `assert-set` count too.",
        examples=[[{"type": "icontains", "value": "oslo"}, {"type": "not-is-refusal"}]],
    )
    variables: dict[str, Any] | None = Field(
        default=None, description="Variable -> value, for `{{name}}` in values."
    )
    threshold: float | None = Field(
        default=None,
        description="Score that the assertions must reach together; left out: each must pass.",
    )
    latency_ms: Annotated[int, Field(ge=0, le=INT64)] | None = Field(
        default=None, description="What `latency` looks at."
    )
    cost_nano_usd: Annotated[int, Field(ge=0, le=INT64)] | None = Field(
        default=None,
        description="What `cost` looks at: 1 USD = 1,000,000,000. Thresholds of `cost` are in USD.",
    )
    finish_reason: Annotated[str, Field(max_length=200)] = Field(
        default="", description="What `finish-reason` looks at.", examples=["stop"]
    )
    log_probabilities: Annotated[list[float], Field(max_length=100_000)] = Field(
        default_factory=list,
        description="Natural logarithms of the tokens' probabilities, for `perplexity`.",
    )
    guardrails: AssertionGuardrails | None = None
    tools: list[dict[str, Any]] | None = Field(
        default=None, description="Tools that could be called, in OpenAI's form."
    )
    functions: list[dict[str, Any]] | None = Field(
        default=None, description="Functions that could be called, in OpenAI's older form."
    )


class AssertionResult(Answer):
    """What became of one assertion, or of an assert-set, which its members follow."""

    field: str = Field(examples=["assertions[0].assert[1]"])
    type: str = Field(description="As given, `not-` included.", examples=["not-contains"])
    state: AssertionState = Field(
        description="`error`: it cannot be decided for what is missing or out of bounds, and "
        "counts as failed. `undecided`: a model or a person must decide it; it counts for nothing."
    )
    score: float = Field(description="0..1.")
    reason: str = Field(description="What was found.")
    metric: str = Field(description="Name of the score that it counts for; may be empty.")
    weight: float


class NamedScore(Answer):
    """Weighted mean of the results of one metric."""

    name: str
    score: float
    weight: float = Field(description="Sum of the weights.")


class AssertionReport(Answer):
    """What became of the assertions, and of all of them together."""

    state: AssertionState
    score: float = Field(description="Weighted mean of what was decided.")
    reason: str
    results: list[AssertionResult]
    named_scores: list[NamedScore]


class TestSuiteFile(Body):
    """A file that a suite refers to as `file://name`."""

    __test__ = False

    name: Annotated[str, Field(min_length=1, max_length=200, examples=["cases.csv"])]
    text: Annotated[str, Field(max_length=1_000_000)]


class ParseTestSuite(Body):
    """A suite and the files beside it: 1,000,000 characters in all."""

    text: Annotated[str, Field(max_length=1_000_000)] = Field(
        description="promptfoo's YAML.",
        examples=["tests:\n  - vars: {name: Ana}\n    assert: [{type: contains, value: Ana}]\n"],
    )
    files: Annotated[list[TestSuiteFile], Field(max_length=20)] = Field(default_factory=list)


class TestSuitePrompt(Answer):
    """A prompt of a suite."""

    __test__ = False

    label: str
    text: str = Field(description="A text, or chat messages as a text of JSON.")


class TestSuiteCase(Answer):
    """One test with one combination of its variables, put together with `defaultTest`."""

    __test__ = False

    field: str = Field(description="Where the test stands.", examples=["tests[0]", "cases.csv[2]"])
    line: int
    description: str
    variables: dict[str, Any]
    assertions: list[dict[str, Any]] = Field(
        description="As promptfoo writes them: what `POST /v1/assertions:check` takes."
    )
    threshold: float | None
    options: dict[str, Any] = Field(description="promptfoo's options of a test, as `transform`.")
    metadata: dict[str, Any]
    prompts: list[str] = Field(description="Labels of prompts; none: all of them.")
    providers: list[str] = Field(description="Labels of providers; none: all of them.")
    provider: Any = Field(description="The provider that is asked instead; null: none.")
    provider_output: Any = Field(description="The output that is taken instead; null: none.")
    undecided_count: int = Field(
        description="Assertions that only an evaluation run or a person can decide."
    )


class TestSuiteProblem(Answer):
    """What is wrong with a suite, or has no effect, at one place."""

    __test__ = False

    field: str = Field(examples=["tests[0].assert[1].value"])
    message: str
    line: int = Field(description="Lines and columns count from 1.")
    column: int
    is_warning: bool = Field(description="It has no effect here; the suite can be used.")
    file: str = Field(description="The file that it stands in; empty for the suite itself.")


class TestSuite(Answer):
    """A suite that was read."""

    __test__ = False

    description: str
    prompts: list[TestSuitePrompt]
    providers: list[Any] = Field(description="Names and objects of providers, as given.")
    cases: list[TestSuiteCase] = Field(
        description="At most 1,000; empty when a problem is no warning."
    )
    problems: list[TestSuiteProblem] = Field(description="In the order of reading; at most 100.")
    has_more_problems: bool = Field(description="There are more than are listed.")
