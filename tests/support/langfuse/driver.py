"""The Langfuse SDK for Python, told by lines of JSON what to do."""

import json
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from langfuse import Langfuse
from langfuse.api.core.api_error import ApiError

client = Langfuse()


def prompt_of(prompt: Any) -> dict[str, Any]:
    """Write what the SDK made of a prompt."""
    return {
        "name": prompt.name,
        "version": prompt.version,
        "prompt": prompt.prompt,
        "config": prompt.config,
        "labels": prompt.labels,
        "tags": prompt.tags,
        "commit": prompt.commit_message,
    }


def fetch(asked: dict[str, Any]) -> Any:
    """Fetch a prompt through the SDK's cache."""
    return client.get_prompt(
        asked["name"],
        label=asked.get("label"),
        version=asked.get("version"),
        type=asked.get("type", "text"),
        cache_ttl_seconds=asked.get("ttl"),
        max_retries=0,
    )


def create(asked: dict[str, Any]) -> Any:
    """Create a version."""
    return prompt_of(
        client.create_prompt(
            name=asked["name"],
            prompt=asked["prompt"],
            type=asked.get("type", "text"),
            labels=asked.get("labels", []),
            tags=asked.get("tags"),
            config=asked.get("config"),
            commit_message=asked.get("commit"),
        )
    )


def update(asked: dict[str, Any]) -> Any:
    """Point labels at a version."""
    updated = client.update_prompt(
        name=asked["name"], version=asked["version"], new_labels=asked["labels"]
    )
    return {"version": updated.version, "labels": updated.labels}


def index(asked: dict[str, Any]) -> Any:
    """List prompts."""
    listed = client.api.prompts.list(**asked)
    return {
        "total": listed.meta.total_items,
        "prompts": [
            {
                "name": one.name,
                "type": one.type,
                "versions": one.versions,
                "labels": one.labels,
                "tags": one.tags,
                "config": one.last_config,
                "year": one.last_updated_at.year,
            }
            for one in listed.data
        ],
    }


ACTIONS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "health": lambda _: client.api.health.health().status,
    "projects": lambda _: [project.id for project in client.api.projects.get().data],
    "check": lambda _: client.auth_check(),
    "create": create,
    "get": lambda asked: prompt_of(fetch(asked)),
    "compile": lambda asked: fetch(asked).compile(**asked["values"]),
    "update": update,
    "list": index,
    "delete": lambda asked: client.api.prompts.delete(quote(asked["name"], safe="")),
    "datasets": lambda _: client.api.datasets.list(request_options={"max_retries": 0}),
}


def main() -> None:
    """Do what each line asks."""
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"ok": ACTIONS[asked.pop("do")](asked)}
        except ApiError as error:
            answer = {"error": {"status": error.status_code, "body": error.body}}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
