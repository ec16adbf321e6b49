"""What a caller must hold for an RPC: the `permission` option of the method in its contract.

The kit imports no contract: the option and the catalogue are found by name among the descriptors
that the service itself has loaded. Numbers 0 to 3 say what kind of caller an RPC accepts, numbers
from 8 are grants.
"""

from dataclasses import dataclass
from typing import Final

from google.protobuf import descriptor_pool
from google.protobuf.descriptor import MethodDescriptor

from services.kit.caller import Caller
from services.kit.errors import PermissionDenied, Unauthenticated

_OPTION: Final = "promptpilot.options.v1.permission"
_PREFIX: Final = "PERMISSION_"

UNDECLARED: Final = 0
ANONYMOUS: Final = 1
AUTHENTICATED: Final = 2
SERVICE: Final = 3


class LoginRequired(Unauthenticated):
    """The RPC needs a caller that is known, and nobody has logged in."""

    reason = "LOGIN_REQUIRED"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What one RPC asks of its caller: a permission's number, and its name: `prompts.write`."""

    number: int
    name: str

    def check(self, caller: Caller) -> None:
        """Let the caller pass, or raise LoginRequired or PermissionDenied with its name."""
        if self.number == ANONYMOUS:
            return
        if self.number > SERVICE:
            allowed = caller.tenant is not None and caller.holds(self.number)
        elif self.number == SERVICE:
            allowed = caller.kind == "service"
        elif self.number == AUTHENTICATED:
            allowed = caller.tenant is not None and caller.kind in {"user", "key"}
        else:
            allowed = False
        if not allowed:
            raise self._refusal(caller)

    def _refusal(self, caller: Caller) -> PermissionDenied | Unauthenticated:
        if caller.kind == "anonymous" and self.number not in {UNDECLARED, SERVICE}:
            return LoginRequired("log in first", permission=self.name)
        return PermissionDenied(f"this needs the permission {self.name}", permission=self.name)


def requirements_of(service_name: str) -> dict[str, Requirement]:
    """Return what each RPC of a service asks, by the RPC's short name.

    `service_name` is the full proto name, such as `promptpilot.prompts.v1.PromptsService`; its
    module must have been imported. KeyError when nobody has declared such a service.
    """
    service = descriptor_pool.Default().FindServiceByName(service_name)
    return {method.name: _requirement(method) for method in service.methods}


def _requirement(method: MethodDescriptor) -> Requirement:
    try:
        option = descriptor_pool.Default().FindExtensionByName(_OPTION)
    except KeyError:  # no contract with permissions is loaded at all
        return Requirement(UNDECLARED, "undeclared")
    catalogue = option.enum_type
    number = int(method.GetOptions().Extensions[option])  # type: ignore[index] # found by name
    if number == UNDECLARED or catalogue is None:
        return Requirement(UNDECLARED, "undeclared")
    return Requirement(number, _dotted(catalogue.values_by_number[number].name))


def _dotted(constant: str) -> str:
    """Turn PERMISSION_API_KEYS_READ into api_keys.read: what is acted on, a dot, the action."""
    noun, _, verb = constant.removeprefix(_PREFIX).lower().rpartition("_")
    return f"{noun}.{verb}" if noun else verb
