"""Archives as tests make them: honest ones by the platform's own writer, others by hand."""

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from services.prompts.rules.content import ContentDraft, check_content
from services.prompts.rules.exports import (
    ArchiveWriter,
    ExportedPrompt,
    manifest_file,
    prompt_file,
    version_files,
)
from services.prompts.rules.violations import Violations

MANIFEST = {"promptpilot.yaml": b"format: promptpilot-prompts\nversion: 1\n"}
PROMPT = {
    **MANIFEST,
    "prompts/a/b/_prompt.yaml": b"type: text\nlabels:\n  production: 2\n",
    "prompts/a/b/_versions/0001.yaml": b"text: Hi {{who}}\n",
    "prompts/a/b/_versions/0002.yaml": b"text: Hello {{who}}\nnote: kinder\n",
}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Make a ZIP by hand."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(path, data)
    return out.getvalue()


def exported(prompt: ExportedPrompt, versions: list[tuple[str, ContentDraft]]) -> bytes:
    """Make the archive that an export of one prompt is; versions are notes and contents."""
    archive = ArchiveWriter()
    archive.add(*manifest_file())
    archive.add(*prompt_file(prompt))
    pieces = []
    for number, (note, draft) in enumerate(versions, start=1):
        violations = Violations()
        content = check_content(draft, "content", violations)
        assert not violations, list(violations)
        for path, data in version_files(prompt.name, number, note, content):
            archive.add(path, data)
        pieces.append(archive.take())
    return b"".join((*pieces, archive.end()))
