"""The published API as data: what tests that walk every operation stand on."""

import json
from dataclasses import dataclass
from typing import Any, Final

from cli.local.home import REPOSITORY

DOCUMENT: Final[dict[str, Any]] = json.loads((REPOSITORY / "gateway" / "openapi.json").read_text())


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    id: str
    method: str
    path: str
    path_parameters: tuple[str, ...]
    is_protected: bool
    body_schema: str
    # Answers server-sent events and nothing else: it has no end of its own.
    is_stream: bool
    # Answers a file, which is not JSON.
    is_file: bool

    def filled(self, values: dict[str, str]) -> str:
        """Return the path with its parameters put in."""
        path = self.path
        for name in self.path_parameters:
            path = path.replace(f"{{{name}}}", values[name])
        return path


def _operations() -> list[Operation]:
    found = []
    for path, methods in DOCUMENT["paths"].items():
        for method, entry in methods.items():
            parameters = [each for each in entry.get("parameters", []) if each.get("in") == "path"]
            content = entry.get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {}).get("$ref", "")
            found.append(
                Operation(
                    id=entry["operationId"],
                    method=method.upper(),
                    path=path,
                    path_parameters=tuple(each["name"] for each in parameters),
                    is_protected="401" in entry["responses"] and "403" in entry["responses"],
                    body_schema=schema.rsplit("/", 1)[-1],
                    is_stream=_success(entry) == {"text/event-stream"},
                    is_file=_success(entry).isdisjoint({"application/json", "text/event-stream"}),
                )
            )
    return found


def _success(entry: dict[str, Any]) -> set[str]:
    return {
        kind
        for status, answer in entry["responses"].items()
        if status.startswith("2")
        for kind in answer.get("content", {})
    }


OPERATIONS: Final = _operations()

# A body that each operation accepts: what is refused before the thing is looked for proves nothing.
_BODIES: Final[dict[str, Any]] = {
    "UpdatePrompt": {"description": "changed"},
    "CreatePromptVersion": {"content": {"type": "text", "text": "changed"}},
    "RenderPrompt": {"variables": {"who": "x"}},
    "ComparePromptDraft": {"draft": {"type": "text", "text": "changed"}},
    "SetLabel": {"version": 1},
    "SetPromptLabel": {"version": 1},
    "RollBackPromptLabel": {"reason": "changed"},
    "UpdateLabelPolicy": {"is_reason_required": True},
    "CreatePromptBranch": {"name": "another"},
    "PreviewPromptMerge": {"source": {"version": 1}},
    "MergePromptBranch": {"source": {"version": 1}},
    "UpdateDataset": {"description": "changed"},
    "CreateDatasetItem": {"input": "changed"},
    "UpdateDatasetItem": {"input": "changed"},
    "CreateDatasetImport": {"format": "csv"},
    "ApplyDatasetImport": {},
    "UpdatePipeline": {"description": "changed"},
    "CreatePipelineVersion": {
        "definition": {
            "schema_version": 1,
            "input": {"type": "object"},
            "steps": [{"id": "a", "type": "transform", "expression": "1"}],
        }
    },
    "UpdateProvider": {"name": "changed"},
}


def minimal_body(operation: Operation) -> Any:
    """Return a body that the operation accepts, None for one without."""
    if not operation.body_schema:
        return None
    return _BODIES[operation.body_schema]
