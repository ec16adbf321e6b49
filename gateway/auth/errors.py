"""Why a caller is not let in."""

from services.kit.errors import Unauthenticated


class CredentialsMissing(Unauthenticated):
    """The operation needs a caller, and the request names none."""

    reason = "CREDENTIALS_MISSING"


class CredentialsMalformed(Unauthenticated):
    """The Authorization header is neither `Bearer` and one token nor `Basic` and a key pair."""

    reason = "CREDENTIALS_MALFORMED"


class ApiKeyInvalid(Unauthenticated):
    """The text has not the form of an API key, or its checksum is wrong: mistyped or cut."""

    reason = "API_KEY_INVALID"


class AccessTokenInvalid(Unauthenticated):
    """The access token is forged, expired, revoked or made for something else."""

    reason = "ACCESS_TOKEN_INVALID"
