"""For each rule of lint: a draft that it finds fault with, where, and one that it leaves alone."""

from dataclasses import dataclass

from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.lint.findings import Code
from services.prompts.rules.variables import VariableDraft, VariableType

LONG = "\n".join(
    f"Rule {number}: keep fact number {number} of the list in mind and say where you have it from."
    for number in range(100)
)


@dataclass(frozen=True)
class Sample:
    """A bad and a good draft. `underlined` is the bad part; empty: `field` is the bad field."""

    code: Code
    bad: ContentDraft
    good: ContentDraft
    underlined: str = ""
    field: str = ""


def text(template: str, *variables: VariableDraft, parameters: str = "") -> ContentDraft:
    return ContentDraft(
        PromptType.TEXT, text=template, variables=variables, parameters_json=parameters
    )


def chat(*messages: tuple[str, str], variables: tuple[VariableDraft, ...] = ()) -> ContentDraft:
    return ContentDraft(
        PromptType.CHAT,
        messages=tuple(Message(role, content) for role, content in messages),
        variables=variables,
    )


def variable(
    name: str,
    type_: VariableType = VariableType.STRING,
    default: str = "",
    enum: tuple[str, ...] = (),
    description: str = "",
) -> VariableDraft:
    return VariableDraft(name, type_, description, default, enum)


def with_parameters(parameters: str, template: str = "Say hello") -> ContentDraft:
    return text(template, parameters=parameters)


_GENRE, _TEXT = variable("genre"), variable("text")
_ITEMS = variable("items", VariableType.LIST)

SAMPLES = [
    Sample(
        Code.TEMPLATE_INVALID,
        text("Tell {{#who}}\nus", variable("who")),
        text("Tell {{#who}}{{who}}{{/who}}", variable("who")),
        underlined="{{#who}}",
    ),
    Sample(
        Code.TEMPLATE_INVALID,
        text("Tell {{> footer}} us"),
        text("Tell us"),
        underlined="{{> footer}}",
    ),
    Sample(Code.TEMPLATE_INVALID, text("Tell {{who us"), text("Tell us"), underlined="{{"),
    Sample(
        Code.MESSAGE_EMPTY,
        chat(("system", ""), ("user", "Hello")),
        chat(("system", "Be kind"), ("user", "Hello")),
        field="content.messages[0].content",
    ),
    Sample(
        Code.VARIABLE_INVALID,
        text("{{genre}}", _GENRE, variable("2nd")),
        text("{{genre}}", _GENRE),
        field="content.variables[1].name",
    ),
    Sample(
        Code.VARIABLE_DECLARED_TWICE,
        text("{{genre}}", _GENRE, _GENRE),
        text("{{genre}}", _GENRE),
        field="content.variables[1].name",
    ),
    Sample(
        Code.VARIABLE_MISUSED,
        text("{{genre.name}}", _GENRE),
        text("{{genre.name}}", variable("genre", VariableType.OBJECT)),
        underlined="{{genre.name}}",
    ),
    Sample(
        Code.VALUE_INVALID,
        text("{{genre}}", variable("genre", default='"epic"', enum=('"poem"',))),
        text("{{genre}}", variable("genre", default='"poem"', enum=('"poem"',))),
        field="content.variables[0].default",
    ),
    Sample(
        Code.VALUE_INVALID,
        text("{{n}}", variable("n", VariableType.INTEGER, enum=("1", "1.5"))),
        text("{{n}}", variable("n", VariableType.INTEGER, enum=("1", "2"))),
        field="content.variables[0].enum[1]",
    ),
    Sample(
        Code.PARAMETER_INVALID,
        with_parameters('{"max_tokens": 0}'),
        with_parameters('{"max_tokens": 1}'),
        field="content.parameters.max_tokens",
    ),
    Sample(
        Code.CONTENT_INVALID,
        chat(("critic", "Hello")),
        chat(("user", "Hello")),
        field="content.messages[0].role",
    ),
    Sample(
        Code.VARIABLE_MISSPELT,
        text("A {{gerne}} about {{genre}}", _GENRE),
        text("A {{topic}} about {{genre}}", _GENRE),
        underlined="{{gerne}}",
    ),
    Sample(
        Code.VARIABLE_UNDECLARED,
        text("A {{topic}} about {{genre}}, {{topic}}", _GENRE),
        text("A {{#items}}{{name}}{{/items}}", _ITEMS),
        underlined="{{topic}}",
    ),
    Sample(
        Code.VARIABLE_UNUSED,
        text("A poem", _GENRE),
        text("A {{#items}}{{genre}}{{/items}}", _GENRE, _ITEMS),
        field="content.variables[0]",
    ),
    Sample(
        Code.VARIABLE_SHADOWED,
        text("{{#items}}{{name}} as {{genre}}{{/items}}", _GENRE, _ITEMS),
        text("{{#genre}}as {{genre}}{{/genre}}{{#items}}{{name}}{{/items}}", _GENRE, _ITEMS),
        underlined="{{genre}}",
    ),
    Sample(
        Code.SINGLE_BRACES,
        text("A {genre}, {{genre}}", _GENRE),
        text("A {name}, {{genre}}, {{{genre}}}", _GENRE),
        underlined="{genre}",
    ),
    Sample(
        Code.ESCAPE_MARKS,
        text("A {{{genre}}}", _GENRE),
        text("A {{genre}}", _GENRE),
        underlined="{{{genre}}}",
    ),
    Sample(
        Code.ESCAPE_MARKS, text("A {{&genre}}", _GENRE), text("A {{genre}}", _GENRE), "{{&genre}}"
    ),
    Sample(
        Code.SLOT_IN_SYSTEM,
        chat(("system", "Summarise {{text}}"), variables=(_TEXT,)),
        chat(("system", "Answer in {{language}}"), ("user", "{{text}}"), variables=(_TEXT,)),
        underlined="{{text}}",
    ),
    Sample(
        Code.SLOT_IN_SYSTEM,
        chat(
            ("system", "About {{topic}}"),
            variables=(variable("topic", description="typed by users"),),
        ),
        chat(
            ("system", "About {{topic}}"), variables=(variable("topic", enum=('"bees"', '"tea"')),)
        ),
        underlined="{{topic}}",
    ),
    Sample(
        Code.SLOT_UNFENCED,
        text(
            "Here it is: {{text}}\nSummarise it in three sentences and keep names as they are.",
            _TEXT,
        ),
        text("<text>\n{{text}}\n</text>\nSummarise it in three sentences, keep names.", _TEXT),
        underlined="{{text}}",
    ),
    Sample(
        Code.SLOT_UNFENCED,
        text("Answer {{question}} in three sentences and keep names as they are written there."),
        text("Question: {{question}}\nAnswer in three sentences and keep names as they are."),
        underlined="{{question}}",
    ),
    Sample(
        Code.SLOT_UNFENCED,
        text("{{review}}\n---\nSay in one word whether the customer was happy with what came."),
        text("---\n{{review}}\n---\nSay in one word whether the customer was happy with it."),
        underlined="{{review}}",
    ),
    Sample(
        Code.MESSAGE_BLANK,
        chat(("system", "{{! later }} "), ("user", "Hello")),
        chat(("system", "{{! later }}Be kind"), ("user", "{{genre}}"), variables=(_GENRE,)),
        underlined="{{! later }} ",
    ),
    Sample(
        Code.LINE_REPEATED,
        chat(
            ("system", "Rules:\n- Answer in the language of the question.\n- Be brief."),
            ("user", "Answer in the  language of the question"),
        ),
        chat(
            ("user", "Answer in the language of the question."),
            ("assistant", "Answer in the language of the question."),
            ("user", "Answer in the language of the question."),
        ),
        underlined="Answer in the  language of the question",
    ),
    Sample(
        Code.PREFILL_WHITESPACE,
        chat(("user", "Give JSON"), ("assistant", "{ \n")),
        chat(("user", "Give JSON\n"), ("assistant", "{")),
        underlined=" \n",
    ),
    Sample(
        Code.CACHE_ORDER,
        chat(("system", f"About {{{{genre}}}}.\n{LONG}"), ("user", "Go"), variables=(_GENRE,)),
        chat(("system", LONG), ("user", "About {{genre}}"), variables=(_GENRE,)),
        underlined="{{genre}}",
    ),
    Sample(
        Code.CACHE_ORDER,
        text(f"{{{{#items}}}}a{{{{/items}}}}{LONG}", _ITEMS),
        text(f"{{{{genre}}}}{LONG}", variable("genre", enum=('"a"', '"b"'))),
        underlined="{{#items}}",
    ),
    Sample(
        Code.PROMPT_LONG,
        text("One word. " * 15_000),
        text("One word. " * 1_000),
        field="content.text",
    ),
    Sample(
        Code.SAMPLING_DOUBLED,
        with_parameters('{"temperature": 0.5, "top_p": 0.9}'),
        with_parameters('{"temperature": 1, "top_p": 0.9}'),
        field="content.parameters.top_p",
    ),
    Sample(
        Code.SAMPLING_IDLE,
        with_parameters('{"temperature": 0, "n": 4}'),
        with_parameters('{"temperature": 0, "n": 1, "top_p": 1}'),
        field="content.parameters.n",
    ),
    Sample(
        Code.LIMITS_DOUBLED,
        with_parameters('{"max_tokens": 100, "max_completion_tokens": 200}'),
        with_parameters('{"max_tokens": 100, "max_completion_tokens": null}'),
        field="content.parameters.max_completion_tokens",
    ),
    Sample(
        Code.LOGPROBS_OFF,
        with_parameters('{"top_logprobs": 5}'),
        with_parameters('{"top_logprobs": 5, "logprobs": true}'),
        field="content.parameters.top_logprobs",
    ),
    Sample(
        Code.STOP_EMPTY,
        with_parameters('{"stop": []}'),
        with_parameters('{"stop": ["END"]}'),
        field="content.parameters.stop",
    ),
    Sample(
        Code.JSON_UNMENTIONED,
        with_parameters('{"response_format": {"type": "json_object"}}', "List the names"),
        with_parameters('{"response_format": {"type": "json_object"}}', "List the names as JSON"),
        field="content.parameters.response_format",
    ),
    Sample(
        Code.JSON_UNENFORCED,
        text("List the names. Answer with a JSON array."),
        with_parameters('{"response_format": {"type": "json_object"}}', "Answer with JSON."),
        underlined="Answer with a JSON",
    ),
    Sample(
        Code.TRAILING_WHITESPACE,
        text("One line  \nand another"),
        text("One line\r\nand another"),
        underlined="  ",
    ),
]
