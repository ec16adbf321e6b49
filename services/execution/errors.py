"""The reasons that execution gives."""

from services.kit.errors import (
    AlreadyExists,
    Conflict,
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unavailable,
)


class RunNotFound(NotFound):
    """No such run for this tenant."""

    reason = "RUN_NOT_FOUND"


class ProviderNotFound(NotFound):
    """No such provider for this tenant."""

    reason = "PROVIDER_NOT_FOUND"


class ModelNotFound(NotFound):
    """No provider of this tenant answers the model."""

    reason = "MODEL_NOT_FOUND"


class ProviderAddressUnknown(InvalidArgument):
    """The provider's host cannot be resolved."""

    reason = "PROVIDER_ADDRESS_UNKNOWN"


class ProviderNameTaken(AlreadyExists):
    """The tenant has a provider of this name."""

    reason = "PROVIDER_NAME_TAKEN"


class EtagMismatch(Conflict):
    """The thing changed since it was read."""

    reason = "ETAG_MISMATCH"


class InputInvalid(InvalidArgument):
    """The run's input does not fit the definition's schema."""

    reason = "INPUT_INVALID"


class ModeMismatch(PermissionDenied):
    """A test key starts test runs, a live key live ones."""

    reason = "MODE_MISMATCH"


class PromptMissing(FailedPrecondition):
    """A step names a prompt that does not exist (any more)."""

    reason = "PROMPT_MISSING"


class DefinitionUnusable(FailedPrecondition):
    """The stored definition cannot be run by this version of the platform."""

    reason = "DEFINITION_UNUSABLE"


class ProviderRateLimited(ResourceExhausted):
    """The provider refused for now: 429."""

    reason = "PROVIDER_RATE_LIMITED"


class ProviderUnavailable(Unavailable):
    """The provider could not be reached, failed, or cut its answer."""

    reason = "PROVIDER_UNAVAILABLE"


class ProviderTimedOut(DeadlineExceeded):
    """The provider was too slow."""

    reason = "PROVIDER_TIMEOUT"


class ProviderBadResponse(FailedPrecondition):
    """The provider answered something that cannot be understood."""

    reason = "PROVIDER_BAD_RESPONSE"


class ProviderRefused(FailedPrecondition):
    """The provider refused the request: wrong key, unknown model, parameters it does not take."""

    reason = "PROVIDER_REFUSED"


class HttpStatus(FailedPrecondition):
    """An HTTP step was answered with a status of failure."""

    reason = "HTTP_STATUS"


class HttpStatusPassing(Unavailable):
    """An HTTP step was answered with a status that may pass: 429, 503 and their like."""

    reason = "HTTP_STATUS"
