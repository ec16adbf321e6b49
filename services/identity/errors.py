"""The reasons that identity gives. Programs decide by `reason`; the text is for people."""

from services.kit.errors import (
    AlreadyExists,
    Conflict,
    NotFound,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
)


class EmailTaken(AlreadyExists):
    """Somebody signed up with this e-mail address before."""

    reason = "EMAIL_TAKEN"


class WrongCredentials(Unauthenticated):
    """No user with this e-mail and password: which of the two is wrong is never said."""

    reason = "WRONG_CREDENTIALS"


class NoTenant(PermissionDenied):
    """The password is right, and the user is a member of no tenant that is in use."""

    reason = "NO_TENANT"


class TooManyAttempts(ResourceExhausted):
    """Too many attempts for this e-mail or from this address within the window."""

    reason = "TOO_MANY_ATTEMPTS"


class PasswordChecksBusy(ResourceExhausted):
    """More passwords wait to be hashed than this process accepts."""

    reason = "PASSWORD_CHECKS_BUSY"


class RefreshTokenInvalid(Unauthenticated):
    """The refresh token is unknown or expired, or its session has ended."""

    reason = "REFRESH_TOKEN_INVALID"


class RefreshTokenReused(Unauthenticated):
    """The refresh token was used before: somebody copied it, so its whole session is revoked."""

    reason = "REFRESH_TOKEN_REUSED"


class SessionInvalid(Unauthenticated):
    """The browser session is unknown, expired or logged out."""

    reason = "SESSION_INVALID"


class ApiKeyInvalid(Unauthenticated):
    """The API key is malformed, unknown, revoked or expired."""

    reason = "API_KEY_INVALID"


class SigningKeysMissing(Unavailable):
    """The first signing keys are being made."""

    reason = "SIGNING_KEYS_MISSING"


class TenantNotFound(NotFound):
    """No such tenant, or the caller is not in it."""

    reason = "TENANT_NOT_FOUND"


class UserNotFound(NotFound):
    """The caller's user is no longer a member of the tenant."""

    reason = "USER_NOT_FOUND"


class ApiKeyNotFound(NotFound):
    """The tenant has no such API key."""

    reason = "API_KEY_NOT_FOUND"


class CallerNotFound(PermissionDenied):
    """The key that asks is not one of the tenant's."""

    reason = "CALLER_NOT_FOUND"


class RoleTooWide(PermissionDenied):
    """The new key would hold a permission that its creator does not."""

    reason = "ROLE_TOO_WIDE"


class EnvironmentNotHeld(PermissionDenied):
    """A key may only create keys of its own environment."""

    reason = "ENVIRONMENT_NOT_HELD"


class ExpiryTooLate(PermissionDenied):
    """The new key would live longer than the key that creates it."""

    reason = "EXPIRY_TOO_LATE"


class EtagMismatch(Conflict):
    """The thing was changed since it was read: read it again."""

    reason = "ETAG_MISMATCH"
