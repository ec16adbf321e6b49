"""Border 2: every error has one status, one shape."""

import orjson
import pytest
from starlette.responses import Response

from gateway import compatible, problems
from services.kit import errors
from services.kit.errors import AppError, FieldViolation

KIT_STATUS = {
    errors.InvalidArgument: 422,
    errors.Unauthenticated: 401,
    errors.PermissionDenied: 403,
    errors.NotFound: 404,
    errors.AlreadyExists: 409,
    errors.Conflict: 409,
    errors.FailedPrecondition: 409,
    errors.ResourceExhausted: 429,
    errors.DeadlineExceeded: 504,
    errors.Unavailable: 503,
    errors.Internal: 500,
}
DOOR_STATUS = {
    problems.MalformedBody: 400,
    problems.MethodNotAllowed: 405,
    problems.ContentTooLarge: 413,
    problems.UnsupportedMediaType: 415,
    problems.HeadersTooLarge: 431,
    problems.RouteNotFound: 404,
    problems.CsrfRefused: 403,
}


def answered(error: AppError) -> Response:
    return problems.respond(error, path="/v1/x", request_id="req_1")


def test_every_class_of_the_kit_has_its_status() -> None:
    assert set(KIT_STATUS) == set(errors.BY_CODE.values())


@pytest.mark.parametrize(("kind", "status"), [*KIT_STATUS.items(), *DOOR_STATUS.items()])
def test_an_error_is_answered_with_its_status_as_a_problem(
    kind: type[AppError], status: int
) -> None:
    response = answered(kind("what went wrong", prompt="prm_1"))
    body = orjson.loads(bytes(response.body))
    assert response.status_code == body["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert body["reason"] == kind.reason
    assert body["type"] == "urn:promptpilot:problem:" + kind.reason.lower().replace("_", "-")
    assert body["detail"] == "what went wrong"
    assert body["title"] == problems.TITLES[status]
    assert body["instance"] == "/v1/x"
    assert body["request_id"] == "req_1"
    assert body["metadata"] == {"prompt": "prm_1"}
    problems.Problem.model_validate(body)


def test_fields_at_fault_are_named_as_our_json_has_them() -> None:
    error = errors.InvalidArgument(
        "two faults",
        violations=[
            FieldViolation("content.variables[2].default_json", "must be a number"),
            FieldViolation("definition_json.steps[0]", "is odd"),
        ],
    )
    assert orjson.loads(bytes(answered(error).body))["errors"] == [
        {
            "field": "content.variables[2].default",
            "pointer": "/content/variables/2/default",
            "detail": "must be a number",
        },
        {"field": "definition.steps[0]", "pointer": "/definition/steps/0", "detail": "is odd"},
    ]


@pytest.mark.parametrize(("wait_s", "header"), [(0.2, "1"), (1, "1"), (1.01, "2"), (60, "60")])
def test_retry_after_is_whole_seconds_rounded_up(wait_s: float, header: str) -> None:
    response = answered(errors.ResourceExhausted("slowly", retry_after_s=wait_s))
    assert response.headers["retry-after"] == header


def test_unavailable_always_says_when_to_try_again() -> None:
    assert answered(errors.Unavailable("away")).headers["retry-after"] == "1"


def test_an_unauthenticated_caller_is_told_how_to_authenticate() -> None:
    response = answered(errors.Unauthenticated("who are you"))
    assert response.headers["www-authenticate"] == 'Bearer realm="promptpilot"'


def test_a_bug_keeps_its_text_to_itself(caplog: pytest.LogCaptureFixture) -> None:
    error = problems.withheld(RuntimeError("password=hunter2"), request_id="req_1")
    assert "hunter2" not in error.message
    assert "unexpected error" in caplog.text


LANGFUSE = {
    **{kind: (status, "") for kind, status in (KIT_STATUS | DOOR_STATUS).items()},
    errors.InvalidArgument: (400, "InvalidRequestError"),
    errors.Unauthenticated: (401, "UnauthorizedError"),
    errors.PermissionDenied: (403, "ForbiddenError"),
    errors.NotFound: (404, "LangfuseNotFoundError"),
    errors.AlreadyExists: (409, "LangfuseConflictError"),
    errors.Internal: (500, "InternalServerError"),
    compatible.NotServed: (501, "NotImplementedError"),
}


@pytest.mark.parametrize(("kind", "expected"), LANGFUSE.items())
def test_at_langfuses_door_an_error_has_langfuses_form(
    kind: type[AppError], expected: tuple[int, str]
) -> None:
    response = problems.respond(kind("what"), path="/api/public/v2/prompts", request_id="req_1")
    body = orjson.loads(bytes(response.body))
    assert response.headers["content-type"] == "application/json"
    assert response.status_code == expected[0]
    assert body == {
        "message": "what",
        "error": expected[1] or body["error"],
        "reason": kind.reason,
        "request_id": "req_1",
    }
    assert body["error"].endswith("Error")


def test_at_langfuses_door_fields_have_langfuses_names() -> None:
    faults = [
        FieldViolation("content.messages[1].role", "is odd"),
        FieldViolation("content.parameters.top_p", "is large"),
        FieldViolation("note", "is long"),
    ]
    error = errors.InvalidArgument("three faults", violations=faults)
    response = problems.respond(error, path="/api/public/v2/prompts", request_id="req_1")
    body = orjson.loads(bytes(response.body))
    assert body["message"] == (
        "prompt[1].role: is odd; config.top_p: is large; commitMessage: is long"
    )
    assert [one["path"] for one in body["error"]] == [
        ["prompt", 1, "role"],
        ["config", "top_p"],
        ["commitMessage"],
    ]
