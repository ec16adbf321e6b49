"""PromptPilot's own archive: what is written is read back, in the same bytes."""

from io import BytesIO
from zipfile import ZipFile

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.prompts.rules.content import ContentDraft, Message, PromptType
from services.prompts.rules.exports import ExportedPrompt
from services.prompts.rules.imports.checking import CheckedPrompt, checked
from services.prompts.rules.imports.formats import Format, find_prompts
from services.prompts.rules.variables import VariableDraft, VariableType
from tests.unit.prompts.archives import PROMPT, exported, zipped

# No template tags: what stands in braces is the templates' own matter.
_CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0{}")
_ODD = " \t#-:|>'\"\\&*!%@`ab\r\x85\u2028\ufeff\U0001f600"
_TEXTS = st.one_of(
    st.text(_CHARACTERS, min_size=1, max_size=60),
    st.lists(st.text(st.sampled_from(" \t#-:|>'\"\\&*!%@`ab\r\x85\u2028\ufeff\U0001f600"))).map(
        "\n".join
    ),
).filter(bool)
_SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(_CHARACTERS, max_size=20),
    st.sampled_from(["null", "true", "~", "1", "", "no"]),
)
_KEYS = st.text(_CHARACTERS, max_size=8)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(["x", "null", "true", "_y", "N0"])


@st.composite
def _drafts(draw: st.DrawFn) -> ContentDraft:
    values = draw(st.lists(_JSON, max_size=3))
    return ContentDraft(
        type=PromptType.CHAT,
        messages=tuple(
            Message(draw(st.sampled_from(["system", "user", "assistant"])), text)
            for text in draw(st.lists(_TEXTS, min_size=1, max_size=3))
        ),
        variables=tuple(
            VariableDraft(
                name=name,
                type=VariableType.LIST,
                description=draw(st.text(_CHARACTERS, max_size=30)),
                default_json=orjson.dumps(values).decode(),
                enum_json=(orjson.dumps(values).decode(),) if draw(st.booleans()) else (),
            )
            for name in draw(st.lists(_NAMES, max_size=2, unique=True))
        ),
        model=draw(st.sampled_from(["", "gpt-4o-mini", "null", "1.5", "a:b#c"])),
        parameters_json=orjson.dumps(
            draw(st.dictionaries(_KEYS.map("x-".__add__), _JSON, max_size=3))
        ).decode(),
    )


def _read(data: bytes) -> list[CheckedPrompt]:
    format_, pending = find_prompts("prompts.zip", data, None)
    assert format_ is Format.PROMPTPILOT
    return [checked(one, "") for one in pending]


_SPACED = ContentDraft(PromptType.CHAT, messages=(Message("user", "\n a\n\n"),))


@given(
    st.lists(st.tuples(st.text(_CHARACTERS, max_size=40), _drafts()), min_size=1, max_size=3),
    st.text(_CHARACTERS, max_size=40),
    st.booleans(),
)
@example([(" \n ", _SPACED)], "", False)
def test_what_is_written_is_read_back(
    versions: list[tuple[str, ContentDraft]], description: str, is_archived: bool
) -> None:
    labels = {"null": 1, "production": len(versions)}
    chat = PromptType.CHAT
    prompt = ExportedPrompt("a/b", chat, description, ["x", "no"], labels, is_archived)
    data = exported(prompt, versions)
    assert exported(prompt, versions) == data
    (read,) = _read(data)
    assert not read.faults
    assert (read.name, read.description, read.is_archived) == ("a/b", description, is_archived)
    assert read.tags == ["x", "no"]
    assert read.labels == {"null": 0, "production": len(versions) - 1}
    assert [version.note for version in read.versions] == [note for note, _ in versions]
    again = exported(prompt, [(version.note, version.draft) for version in read.versions])
    assert again == data


def test_texts_of_several_lines_are_blocks_that_a_diff_shows_by_line() -> None:
    draft = ContentDraft(PromptType.TEXT, text="First\n  second\n\nlast")
    prompt = ExportedPrompt("a", PromptType.TEXT, "", [], {}, is_archived=False)
    with ZipFile(BytesIO(exported(prompt, [("why", draft)]))) as archive:
        assert archive.namelist() == [
            "promptpilot.yaml", "prompts/a/_prompt.yaml", "prompts/a/_versions/0001.yaml"
        ]  # fmt: skip
        assert archive.read("prompts/a/_versions/0001.yaml").decode() == (
            'note: "why"\ntext: |2-\n  First\n    second\n\n  last\n'
        )
        assert archive.testzip() is None


def test_an_archive_may_stand_in_a_folder_beside_other_files() -> None:
    files = {f"repo-main/{path}": data for path, data in PROMPT.items()}
    (prompt,) = _read(
        zipped({**files, "repo-main/README.md": b"# Hi", "repo-main/prompts/x.txt": b"x"})
    )
    assert (prompt.name, prompt.labels, prompt.faults) == ("a/b", {"production": 1}, [])
    assert [version.draft.text for version in prompt.versions] == ["Hi {{who}}", "Hello {{who}}"]


_HEAD = "prompts/a/b/_prompt.yaml"
_SECOND = "prompts/a/b/_versions/0002.yaml"
_SETTINGS = "prompts/a/b/_versions/0002.json"


@pytest.mark.parametrize(
    ("path", "data", "line", "field"),
    [
        (_HEAD, b"type: text\nlabels:\n  production: 9\n", 3, "labels.production"),
        (_HEAD, b"type: text\ncolour: red\n", 2, "colour"),
        (_HEAD, b"type: song\n", 1, "type"),
        (_HEAD, b"type: text\ntags:\n- ok\n- [x]\n", 4, "tags[1]"),
        (_HEAD, b"type: [text\n", 2, ""),
        (_HEAD, b"type: \xff\n", 1, ""),
        (_SECOND, b"note: x\ntext: '{{#open}}'\n", 2, "text"),
        (_SECOND, b"text: hi\nvariables:\n- name: 9\n", 3, "variables[0].name"),
        (_SETTINGS, b'{\n "temperature": 9}', 2, "temperature"),
        (_SETTINGS, b'{\n "temperature" 9}', 2, ""),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_with_line_and_field(
    path: str, data: bytes, line: int, field: str
) -> None:
    (prompt,) = _read(zipped({**PROMPT, path: data}))
    (fault,) = prompt.faults
    assert (fault.line, fault.field) == (line, field), fault
    assert fault.file == path


def test_a_broken_prompt_costs_no_other() -> None:
    files = {**PROMPT, "prompts/c/_prompt.yaml": b"type: text\n"}
    good, bad = _read(zipped(files))
    assert not good.faults
    assert "no version" in bad.faults[0].message
