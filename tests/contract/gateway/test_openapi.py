"""The OpenAPI document is the snapshot, lists every route, and its examples fit its schemas."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Route

from gateway import compatible, openapi
from gateway.app import build_api
from gateway.door import DoorRoute
from gateway.operations import BILLING, EXECUTION, IDENTITY, PIPELINES, PROMPTS

DOCUMENT = openapi.document()
# Everything that a caller may do without saying who it is.
PUBLIC = {
    "signUp",
    "logIn",
    "createTokens",
    "refreshTokens",
    "revokeTokens",
    "getJwks",
    "getDefinitionSchema",
}
# RPCs of our own parts among themselves: no operation leads to them.
INTERNAL_RPCS = {
    "AuthenticateSession",
    "AuthenticateApiKey",
    "ListTenants",
    "PriceUsage",
    "ResolvePipeline",
}
# Where an operation's name is not its RPC's.
RENAMED = {
    "ListRunEvents": "listRunEvents",
    "WatchRun": "listRunEvents",
    "ResolvePrompts": "resolvePrompt",
    "GetMe": "getSession",
    "StreamModelCall": "createModelCall",
}


# RPCs that operations of another vendor's contract lead to, and none of our own.
COMPATIBLE_RPCS = {
    "GetReferencedVersion",
    "GetPromptIndex",
    "SavePromptVersion",
    "SetPromptLabels",
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


NAMED = {operation["operationId"]: operation for _, _, operation in operations()}


def test_the_snapshot_is_what_the_code_says() -> None:
    assert openapi.SNAPSHOT.read_text(encoding="utf-8") == openapi.text()


def test_an_old_snapshot_fails_the_check(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "openapi.json"
    old.write_text("{}")
    monkeypatch.setattr(openapi, "SNAPSHOT", old)
    assert openapi.main(["--check"]) == 1
    assert "is old" in capsys.readouterr().err
    assert openapi.main([]) == 0
    assert openapi.main(["--check"]) == 0


def test_the_document_is_valid_openapi_3_1() -> None:
    assert DOCUMENT["openapi"].startswith("3.1")
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema_rs.meta.validate({"$defs": {name: schema}})


def test_every_route_is_in_the_document_and_every_operation_has_a_route() -> None:
    routes = {
        (method.lower(), route.path_format)
        for route in build_api().router.routes
        if isinstance(route, APIRoute) and not is_compatible(route)
        for method in route.methods or ()
    }
    assert routes == {(method, path) for method, path, _ in operations()}


def is_compatible(route: APIRoute) -> bool:
    return route.path.startswith(compatible.PREFIX)


def test_what_another_vendors_contract_says_is_not_in_our_document() -> None:
    routes = [route for route in build_api().router.routes if isinstance(route, APIRoute)]
    others = [route for route in routes if is_compatible(route)]
    assert others
    assert all(route.include_in_schema != is_compatible(route) for route in routes)
    words = {route.operation_id: (route.openapi_extra or {})["x-permission"] for route in others}
    assert words == {
        "langfuseGetPrompt": "prompts.read",
        "langfuseListPrompts": "prompts.read",
        "langfuseCreatePrompt": "prompts.write",
        "langfuseUpdateLabels": "prompts.label",
        "langfuseGetHealth": "anonymous",
        "langfuseListProjects": "tenant.read",
    }


def test_what_is_not_in_the_document_are_the_probes_alone() -> None:
    others = {
        route.path
        for route in build_api().router.routes
        if isinstance(route, Route) and not isinstance(route, APIRoute)
    }
    assert others == {"/health/live", "/health/ready"}


def test_every_operation_passes_the_door() -> None:
    routes = [route for route in build_api().router.routes if isinstance(route, APIRoute)]
    assert routes
    assert all(isinstance(route, DoorRoute) for route in routes)


def test_every_operation_says_what_it_needs_and_few_need_nothing() -> None:
    permissions = {name: operation["x-permission"] for name, operation in NAMED.items()}
    assert {name for name, word in permissions.items() if word == "anonymous"} == PUBLIC
    assert {word for word in permissions.values() if "." not in word} == {
        "anonymous",
        "authenticated",
    }


def test_open_operations_ask_for_no_credentials_and_all_others_do() -> None:
    for name, operation in NAMED.items():
        assert bool(operation["security"]) == (name not in PUBLIC), name


def test_every_rpc_has_an_operation_of_its_name() -> None:
    for service in (IDENTITY, PROMPTS, PIPELINES, EXECUTION, BILLING):
        for rpc in service.methods_by_name:
            if rpc not in INTERNAL_RPCS | COMPATIBLE_RPCS:
                assert RENAMED.get(rpc, rpc[0].lower() + rpc[1:]) in NAMED, rpc


def test_operation_names_are_short_verbs_with_nouns_and_unique() -> None:
    assert len(NAMED) == len(list(operations()))
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)+", name) for name in NAMED), sorted(NAMED)


def test_every_operation_says_in_words_what_it_does() -> None:
    for name, operation in NAMED.items():
        assert operation["summary"], name
        assert not operation["summary"].endswith("."), name


def test_every_path_parameter_is_declared() -> None:
    for _, path, operation in operations():
        declared = {one["name"] for one in operation.get("parameters", []) if one["in"] == "path"}
        assert declared == set(re.findall(r"{(\w+)}", path))


def test_every_create_and_start_takes_an_idempotency_key() -> None:
    without = {
        name
        for name, operation in NAMED.items()
        if re.match(r"create|start|signUp", name)
        and not any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", []))
    }
    # Neither leaves anything behind that a second call would double: a log-in, and a call that
    # is never made again once its tokens flowed.
    assert without == {"createTokens", "createModelCall"}


def test_every_update_takes_if_match() -> None:
    for name, operation in NAMED.items():
        if name.startswith("update"):
            assert any(one["name"] == "If-Match" for one in operation["parameters"]), name


def test_every_list_is_a_page() -> None:
    for name, operation in NAMED.items():
        if name.startswith("list"):
            reference = operation["responses"]["200"]["content"]["application/json"]["schema"]
            schema = DOCUMENT["components"]["schemas"][reference["$ref"].rpartition("/")[2]]
            assert set(schema["required"]) == {"items", "next_page_token"}, name


def test_request_bodies_refuse_unknown_fields_at_every_depth() -> None:
    for name in reachable_from_bodies():
        schema = DOCUMENT["components"]["schemas"][name]
        assert schema.get("additionalProperties") is False, name


def reachable_from_bodies() -> set[str]:
    seen: set[str] = set()
    waiting = [json.dumps(operation.get("requestBody", {})) for _, _, operation in operations()]
    while waiting:
        for name in re.findall(r"#/components/schemas/(\w+)", waiting.pop()):
            if name not in seen:
                seen.add(name)
                waiting.append(json.dumps(DOCUMENT["components"]["schemas"][name]))
    return seen


def with_examples() -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Find every schema that has examples, wherever it stands."""
    waiting: list[tuple[str, Any]] = [
        ("", DOCUMENT["components"]["schemas"]),
        ("", DOCUMENT["paths"]),
    ]
    while waiting:
        at, node = waiting.pop()
        if isinstance(node, list):
            waiting.extend((f"{at}/{index}", child) for index, child in enumerate(node))
        elif isinstance(node, dict):
            examples = node.get("examples")
            if isinstance(examples, list) and ("type" in node or "anyOf" in node or "$ref" in node):
                for example in examples:
                    yield at, node, example
            waiting.extend(
                (f"{at}/{key}", child) for key, child in node.items() if key != "examples"
            )


def test_every_example_fits_its_schema() -> None:
    found = list(with_examples())
    assert len(found) > 40
    for at, schema, example in found:
        whole = {**schema, "components": DOCUMENT["components"]}
        errors = [
            error.message for error in jsonschema_rs.validator_for(whole).iter_errors(example)
        ]
        assert not errors, (at, errors)


@pytest.mark.parametrize("status", ["400", "401", "403", "404", "409", "422", "429", "503"])
def test_problems_are_shared_responses(status: str) -> None:
    used = [
        operation["responses"][status]
        for operation in NAMED.values()
        if status in operation["responses"]
    ]
    assert used
    assert all(one == {"$ref": f"#/components/responses/Problem{status}"} for one in used)
