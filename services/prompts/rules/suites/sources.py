"""Where prompts, providers and tests of a suite come from: itself, or files given beside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from services.prompts.rules.assertions.yaml_documents import Limits, Node, YamlInvalid, read
from services.prompts.rules.suites.assertion_fields import Known, never
from services.prompts.rules.suites.fields import Fields, Problems
from services.prompts.rules.suites.tables import read_table

_CODE_FILES: Final = (".py", ".js", ".cjs", ".mjs", ".ts", ".rb", ".sh")
_TEXT_FILES: Final = (".txt", ".md", ".j2", ".json", ".yaml", ".yml", ".jsonl", ".csv")
_CODE: Final = "code does not run in the platform: write the text, or give a text file beside it"
_PROVIDER_CODE: Final = (
    "exec:",
    "file://",
    "package:",
    "python:",
    "javascript:",
    "ruby:",
    "golang:",
)
_PROVIDER: Final = "code does not run in the platform: name a provider and model that answers"
_BETWEEN_PROMPTS: Final = re.compile(r"^---[ \t]*$", re.MULTILINE)
_ROWS: Final = Limits(characters=1_000_000, nodes=100_000, depth=40)


@dataclass(frozen=True, slots=True)
class SuitePrompt:
    """One prompt of a suite: a text, or chat messages as a text of JSON."""

    label: str
    text: str


def read_prompts(fields: Fields, known: Known) -> Iterator[SuitePrompt]:
    """Read the field `prompts`: a text, texts, objects, or an object of file -> label."""
    node = fields.take("prompts")
    if node is None:
        return
    if isinstance(node.value, dict):
        for name, label in node.value.items():
            for text in _prompt_texts(Node(name, label.line, label.column), fields, known):
                yield SuitePrompt(str(label.value), text)
        return
    for one in node.value if isinstance(node.value, list) else [node]:
        if isinstance(one.value, dict):
            raw = one.value.get("raw") or one.value.get("id")
            label = one.value.get("label")
            for text in _prompt_texts(raw or one, fields, known):
                yield SuitePrompt(str(label.value) if label else text, text)
        else:
            for text in _prompt_texts(one, fields, known):
                yield SuitePrompt(text, text)


def _prompt_texts(node: Node, fields: Fields, known: Known) -> list[str]:
    text = node.value
    if not isinstance(text, str) or not text:
        fields.wrong("prompts", node, "a prompt must be a text, or an object with `raw`")
        return []
    name = text.removeprefix("file://")
    is_line = "\n" not in text and " " not in text
    if is_line and re.search(r"\.(?:py|[cm]?js|ts|rb|sh)(?::\w+)?$", name):
        fields.wrong("prompts", node, _CODE)
        return []
    if text.startswith("file://") or (is_line and name.endswith(_TEXT_FILES)):
        given = known.file(text, None)
        if given is None:
            message = f"no file is opened: give {name[:80]} beside the suite, or write the prompt"
            fields.wrong("prompts", node, message)
            return []
        if name.endswith((".txt", ".md")):
            return [part.strip() for part in _BETWEEN_PROMPTS.split(given) if part.strip()]
        return [given]
    for message in never(text):
        fields.wrong("prompts", node, message)
    return [text]


def read_providers(fields: Fields) -> Iterator[Any]:
    """Read the field `providers`, or `targets` as it is called too: names and objects, as given."""
    nodes = [node for name in ("providers", "targets") if (node := fields.take(name))]
    if len(nodes) > 1:
        fields.wrong("targets", nodes[1], "give providers or targets, not both")
    for node in nodes:
        for one in node.value if isinstance(node.value, list) else [node]:
            plain = one.plain()
            names = [plain] if isinstance(plain, str) else []
            if isinstance(plain, dict):
                names = [plain["id"]] if isinstance(plain.get("id"), str) else list(plain)
            if not names:
                fields.wrong("providers", one, "a provider must be a name, or an object with `id`")
            elif any(name.startswith(_PROVIDER_CODE) for name in names):
                fields.wrong("providers", one, _PROVIDER)
            yield plain


def read_tests(fields: Fields, problems: Problems, known: Known) -> Iterator[tuple[str, Node]]:
    """Read the field `tests`: tests, or names of files given beside the suite."""
    node = fields.take("tests")
    if node is None:
        return
    if isinstance(node.value, str):
        yield from _file_tests(node, "tests", problems, known)
        return
    if not isinstance(node.value, list):
        problems.add("tests", node, "must be a list, or the name of a file given beside the suite")
        return
    for index, one in enumerate(node.value):
        path = f"tests[{index}]"
        if isinstance(one.value, str):
            yield from _file_tests(one, path, problems, known)
        elif isinstance(one.value, dict) and "path" in one.value:
            problems.add(f"{path}.path", one, _CODE)
        else:
            yield path, one


def _file_tests(
    node: Node, path: str, problems: Problems, known: Known
) -> Iterator[tuple[str, Node]]:
    name = node.value.removeprefix("file://").removeprefix("./")
    text = known.file(node.value, None)
    if name.partition(":")[0].endswith(_CODE_FILES):
        problems.add(path, node, _CODE)
    elif text is None:
        message = f"no file or address is opened: give {name[:80]} beside the suite"
        problems.add(path, node, message)
    elif name.endswith(".csv"):
        problems.within(name)
        yield from read_table(text, name, problems)
        problems.within("")
    elif name.endswith((".yaml", ".yml", ".json", ".jsonl")):
        problems.within(name)
        yield from _listed_tests(text, name, problems)
        problems.within("")
    else:
        problems.add(path, node, "tests come from .csv, .yaml, .json or .jsonl")


def _listed_tests(text: str, name: str, problems: Problems) -> Iterator[tuple[str, Node]]:
    is_lines = name.endswith(".jsonl")
    parts = [(0, text)]
    if is_lines:
        parts = [(at, line) for at, line in enumerate(text.split("\n")) if line.strip()]
    index = 0
    for skipped, part in parts:
        try:
            node = read(part, _ROWS)
        except YamlInvalid as error:
            problems.add(name, Node(None, error.line + skipped, error.column), error.message)
            return
        for one in node.value if isinstance(node.value, list) else [node]:
            one.line += skipped
            yield f"{name}[{index}]", one
            index += 1
