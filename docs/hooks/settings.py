"""Settings of each part, from the classes that read them and the comments above their fields."""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

_INTRODUCTION = """\
# Settings

Every part is told by its environment, once, when it starts; unknown names are refused.
`promptpilot up` sets all of this for a stack on one machine: any variable set beforehand wins.

"""


def page(root: Path) -> str:
    """Write a table of variables for each part."""
    sections = []
    for file in sorted([*root.glob("services/*/settings.py"), *root.glob("gateway/settings.py")]):
        name = ".".join(file.relative_to(root).with_suffix("").parts)
        part = file.parent.name
        if part == "kit":
            continue
        module = importlib.import_module(name)
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, BaseSettings) and found.__module__ == name:
                sections.append(_section(part, found))
    return _INTRODUCTION + "\n".join(sections)


def _section(part: str, settings: type[BaseSettings]) -> str:
    lines = [f"## {part}", "", "| variable | default | meaning |", "|---|---|---|"]
    prefix = str(settings.model_config.get("env_prefix", ""))
    lines += [
        f"| `{name}` | {default} | {meaning} |"
        for name, default, meaning in _rows(prefix, settings)
    ]
    return "\n".join(lines) + "\n"


def _rows(prefix: str, model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    comments = _comments(model)
    for name, field in model.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        kind = field.annotation
        if inspect.isclass(kind) and issubclass(kind, BaseModel):
            yield from _rows(f"{variable}__", kind)
        else:
            yield variable, _default(field), comments.get(name, field.description or "")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    return f"`{value}`" if value not in ("", None) else "—"


def _comments(model: type[BaseModel]) -> dict[str, str]:
    """Read the `#` lines directly above each field, the fields of parents included."""
    found: dict[str, str] = {}
    for parent in reversed(model.__mro__):
        if not issubclass(parent, BaseModel) or parent in (BaseModel, BaseSettings):
            continue
        lines = inspect.getsource(parent).splitlines()
        for node in ast.walk(ast.parse(textwrap.dedent("\n".join(lines)))):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                above: list[str] = []
                row = node.lineno - 2
                while row >= 0 and lines[row].lstrip().startswith("#"):
                    above.insert(0, lines[row].strip().removeprefix("#").strip())
                    row -= 1
                if above:
                    found[node.target.id] = " ".join(above).replace("|", "\\|")
    return found
