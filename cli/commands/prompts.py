"""`promptpilot prompts`: take prompts out as a ZIP or a folder, and bring them in."""

import asyncio
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Final
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

import typer
from rich.markup import escape

from cli.access import open_api
from cli.screen import Failure, explained, out

app = typer.Typer(help="Export and import prompts.", no_args_is_help=True)

_MARKS: Final = {
    "created": "[green]+[/]",
    "changed": "[yellow]~[/]",
    "unchanged": "[dim]=[/]",
    "refused": "[bold red]✗[/]",
}


@app.command("export")
def export(
    target: Annotated[
        Path, typer.Argument(help="File to write, such as prompts.zip; or a folder that is there.")
    ],
    prompt: Annotated[str, typer.Option(help="Only this prompt: its name or id.")] = "",
    prefix: Annotated[str, typer.Option(help="Only names that start so, such as support/.")] = "",
) -> None:
    """Write prompts with all versions and labels as a ZIP, or as the folder that it holds."""
    with explained():
        query = {"prompt": prompt, "name_prefix": prefix}
        data = asyncio.run(_download({name: value for name, value in query.items() if value}))
        if target.is_dir():
            count = _unpack(data, target)
            out.print(f"✓ {count} files in {escape(str(target))}")
        else:
            target.write_bytes(data)
            out.print(f"✓ {escape(str(target))}, {len(data):,} bytes")


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="ZIP, JSON file, or a folder that was exported.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen, and change nothing.")
    ] = False,
    format_: Annotated[
        str,
        typer.Option("--format", help="Whose file it is; else told by the file."),
    ] = "",
    prefix: Annotated[str, typer.Option(help="Put before each name, such as imported/.")] = "",
    labels: Annotated[
        str, typer.Option(help="move: as the file says; add: only those not set; skip: none.")
    ] = "move",
    reason: Annotated[str, typer.Option(help="Why labels are moved.")] = "",
    verbose: Annotated[bool, typer.Option("--verbose", help="List unchanged prompts too.")] = False,
) -> None:
    """Bring prompts in. What is here already stays: the same file twice changes nothing.

    Ends with 1 when a prompt or a label was refused.
    """
    with explained():
        query = {
            "file_name": source.name,
            "format": format_,
            "name_prefix": prefix,
            "labels": labels,
            "reason": reason,
            "is_dry_run": "true" if dry_run else "",
        }
        data = _packed(source) if source.is_dir() else source.read_bytes()
        given = {name: value for name, value in query.items() if value}
        raise typer.Exit(asyncio.run(_import(data, given, is_verbose=verbose)))


async def _download(query: dict[str, str]) -> bytes:
    async with open_api() as api:
        return await api.download("/v1/prompts:export", **query)


async def _import(data: bytes, query: dict[str, str], *, is_verbose: bool) -> int:
    total, done = 0, 0
    async with open_api() as api:
        async for event in api.upload("/v1/prompts:import", data, **query):
            if event.type == "started":
                total = event.data["total"]
                out.print(f"[dim]{event.data['format']} · {total} prompts[/]")
            elif event.type == "item":
                done += 1
                for line in _lines(event.data, is_verbose=is_verbose):
                    out.print(line)
            elif event.type == "ended":
                out.print(_summary(event.data, is_dry_run="is_dry_run" in query))
                return 1 if event.data["refused"] or event.data["refused_labels"] else 0
            elif event.type == "problem":
                raise Failure(f"{event.data['reason']}: {event.data['detail']}")
    raise Failure(
        f"the connection broke after {done} of {total}\n"
        "run the same command again: what is done is not done twice"
    )


def _lines(item: dict[str, Any], *, is_verbose: bool) -> Iterator[str]:
    if item["outcome"] == "unchanged" and not is_verbose:
        return
    added = len(item["new_versions"])
    versions = f" · {added} new version{'' if added == 1 else 's'}" if added else ""
    yield f"{_MARKS[item['outcome']]} {escape(item['name'])}[dim]{versions}[/]"
    for label in item["labels"]:
        moved = f"{label['label']} → {label['to_version']}"
        yield f"    {moved}" + (
            f": [bold red]stays[/], {escape(label['refusal_message'])}" if label["refusal"] else ""
        )
    for kind, colour in (("faults", "red"), ("warnings", "yellow")):
        for note in item[kind]:
            line = f"line {note['line']}" if note["line"] else ""
            place = ", ".join(part for part in (note["file"], line, note["field"]) if part)
            yield f"    [{colour}]{escape(note['message'])}[/] [dim]({escape(place)})[/]"


def _summary(ended: dict[str, int], *, is_dry_run: bool) -> str:
    counts = ", ".join(f"{ended[name]} {name}" for name in _MARKS)
    labels = f", {ended['refused_labels']} labels refused" if ended["refused_labels"] else ""
    return f"{'would be: ' if is_dry_run else ''}{counts}{labels}"


def _packed(folder: Path) -> bytes:
    """Make the ZIP of an exported folder."""
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            relative = path.relative_to(folder)
            is_hidden = any(part.startswith(".") for part in relative.parts)
            if path.is_file() and not path.is_symlink() and not is_hidden:
                archive.writestr(relative.as_posix(), path.read_bytes())
    return packed.getvalue()


def _unpack(data: bytes, folder: Path) -> int:
    """Write an archive's files below a folder; what else is there stays."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            archive.extractall(folder)
            return len(archive.namelist())
    except BadZipFile as problem:
        raise Failure("the download broke off\ntry again") from problem
