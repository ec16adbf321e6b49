"""What a caller must hold: the table read from the contracts, and the rule."""

from collections.abc import Callable

import pytest

from promptpilot.identity.v1 import identity_pb2  # noqa: F401 # declares its service
from promptpilot.options.v1 import options_pb2
from promptpilot.prompts.v1 import prompts_pb2  # noqa: F401 # declares its service
from services.kit.caller import EVERY_GRANT, Caller
from services.kit.errors import PermissionDenied
from services.kit.ids import ActorId, TenantId
from services.kit.rpc.permissions import (
    ANONYMOUS,
    AUTHENTICATED,
    SERVICE,
    UNDECLARED,
    LoginRequired,
    Requirement,
    requirements_of,
)

WRITE = options_pb2.PERMISSION_PROMPTS_WRITE
TENANT = TenantId("ten_1")


def caller(kind: str, *, mask: int = 0, tenant: TenantId | None = TENANT) -> Caller:
    return Caller(tenant, ActorId("a"), kind, mask)  # type: ignore[arg-type] # kinds are parametrised


CALLERS: dict[str, Callable[[], Caller]] = {
    "nobody": Caller.anonymous,
    "person without the grant": lambda: caller("user", mask=EVERY_GRANT & ~(1 << WRITE)),
    "person with it": lambda: caller("user", mask=1 << WRITE),
    "key with it": lambda: caller("key", mask=1 << WRITE),
    "person with it, of no tenant": lambda: caller("user", mask=1 << WRITE, tenant=None),
    "service for a tenant": lambda: Caller.service("execution", TENANT),
    "service for nobody": lambda: Caller.service("execution"),
}
# Who passes what; everybody else is refused.
ALLOWED = {
    UNDECLARED: set[str](),
    ANONYMOUS: set(CALLERS),
    AUTHENTICATED: {"person without the grant", "person with it", "key with it"},
    SERVICE: {"service for a tenant", "service for nobody"},
    WRITE: {"person with it", "key with it", "service for a tenant"},
}


@pytest.mark.parametrize("number", ALLOWED)
@pytest.mark.parametrize("who", CALLERS)
def test_each_kind_of_caller_against_each_kind_of_permission(who: str, number: int) -> None:
    requirement = Requirement(number, "the.permission")
    if who in ALLOWED[number]:
        requirement.check(CALLERS[who]())
        return
    with pytest.raises((PermissionDenied, LoginRequired)) as refused:
        requirement.check(CALLERS[who]())
    assert refused.value.metadata == {"permission": "the.permission"}


def test_an_unknown_caller_is_told_to_log_in_only_where_that_helps() -> None:
    for number, error in {
        WRITE: LoginRequired,
        AUTHENTICATED: LoginRequired,
        SERVICE: PermissionDenied,
        UNDECLARED: PermissionDenied,
    }.items():
        with pytest.raises(error):
            Requirement(number, "x").check(Caller.anonymous())


def test_the_table_is_read_from_the_contract() -> None:
    table = requirements_of("promptpilot.prompts.v1.PromptsService")
    assert table["CreatePrompt"] == Requirement(WRITE, "prompts.write")
    identity = requirements_of("promptpilot.identity.v1.IdentityService")
    assert identity["SignUp"].number == ANONYMOUS
    assert identity["GetMe"].number == AUTHENTICATED
    assert identity["ListTenants"].number == SERVICE
    assert identity["CreateApiKey"].name == "api_keys.manage"


def test_a_service_that_nobody_declared_is_an_error() -> None:
    with pytest.raises(KeyError):
        requirements_of("promptpilot.nothing.v1.Nothing")
