"""Ready definitions to start from: data files of this package."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from services.pipelines.errors import PipelineInvalid
from services.pipelines.rules.faults import one_of, suggestion

_NAMES: Final = ("summarise-translate", "draft-critique-improve")


@dataclass(frozen=True, slots=True)
class Template:
    """A ready definition, and an input that works with it out of the box."""

    id: str
    name: str
    description: str
    definition_json: str
    example_input_json: str


@cache
def templates() -> Sequence[Template]:
    """Return all templates, in the order in which people should meet them."""
    return [
        _template(
            files("services.pipelines.rules").joinpath(f"data/templates/{name}.json").read_text()
        )
        for name in _NAMES
    ]


def template(template_id: str) -> Template:
    """Return one template. Raises PipelineInvalid for an id that none has."""
    found = next((one for one in templates() if one.id == template_id), None)
    if found is None:
        remedy = suggestion(template_id, _NAMES, otherwise=f"use {one_of(_NAMES)}")
        raise PipelineInvalid.of_field("template_id", f"there is no such template: {remedy}")
    return found


def _template(text: str) -> Template:
    read = json.loads(text)
    return Template(
        read["id"],
        read["name"],
        read["description"],
        _written(read["definition"]),
        _written(read["example_input"]),
    )


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
