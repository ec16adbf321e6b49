"""What identity is told, from PP_IDENTITY_… variables."""

from datetime import timedelta

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from services.identity.rules.sessions import Lifetimes, SessionKind
from services.identity.rules.signing_keys import KeyAges
from services.kit.settings import Group, ServiceSettings

_DAY_S = 86_400


class PasswordSettings(Group):
    """argon2id parameters.

    The second recommended set of RFC 9106 and the bound on how many are computed at once.
    """

    time_cost: int = Field(default=3, ge=1, le=20)
    memory_kib: int = Field(default=64 * 1024, ge=64, le=4 * 1024 * 1024)
    parallelism: int = Field(default=4, ge=1, le=16)
    threads: int = Field(default=2, ge=1, le=64)
    # Passwords that may wait for a thread; one more is refused with a retry hint.
    most_waiting: int = Field(default=64, ge=0, le=10_000)


class AttemptSettings(Group):
    """How many attempts are allowed in a window. Log-ins that succeed are not counted."""

    window_s: int = Field(default=900, ge=1, le=_DAY_S)
    log_ins_per_email: int = Field(default=10, ge=1)
    log_ins_per_client: int = Field(default=100, ge=1)
    sign_ups_per_client: int = Field(default=100, ge=1)


class SessionSettings(Group):
    """How long sessions and access tokens live."""

    browser_idle_s: int = Field(default=_DAY_S, ge=60)
    browser_absolute_s: int = Field(default=30 * _DAY_S, ge=60)
    token_idle_s: int = Field(default=30 * _DAY_S, ge=60)
    token_absolute_s: int = Field(default=90 * _DAY_S, ge=60)
    access_token_lifetime_s: int = Field(default=300, ge=10, le=3600)

    def lifetimes(self, kind: SessionKind) -> Lifetimes:
        """Return how long a session of this kind lives."""
        if kind is SessionKind.BROWSER:
            seconds = (self.browser_idle_s, self.browser_absolute_s)
        else:
            seconds = (self.token_idle_s, self.token_absolute_s)
        return Lifetimes(idle=timedelta(seconds=seconds[0]), absolute=timedelta(seconds=seconds[1]))


class SigningSettings(Group):
    """When signing keys change.

    `publish_ahead_s` must exceed what any verifier caches the key set for.
    """

    rotate_after_s: int = Field(default=30 * _DAY_S, ge=60)
    publish_ahead_s: int = Field(default=_DAY_S, ge=0)
    # After this a retired key leaves the key set: more than an access token lives.
    keep_retired_s: int = Field(default=3700, ge=60)

    @property
    def ages(self) -> KeyAges:
        """The same as time spans."""
        return KeyAges(
            rotate_after=timedelta(seconds=self.rotate_after_s),
            publish_ahead=timedelta(seconds=self.publish_ahead_s),
            keep_retired=timedelta(seconds=self.keep_retired_s),
        )


class IdentitySettings(ServiceSettings):
    """Settings of the identity service."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_nested_delimiter="__", env_prefix="PP_IDENTITY_"
    )

    # Master key (base64 of 32 bytes): seals signing keys and stored sign-up answers.
    kek: SecretStr
    # `iss` of access tokens; the gateway expects the same.
    issuer: str = Field(default="promptpilot", min_length=1)
    # A tenant is live once each of these services has said that it holds it.
    required_services: tuple[str, ...] = ("prompts", "pipelines", "execution", "billing")
    # How long a sign-up waits for that before it answers with state "provisioning".
    sign_up_wait_s: float = Field(default=8, ge=0, le=60)
    passwords: PasswordSettings = PasswordSettings()
    attempts: AttemptSettings = AttemptSettings()
    sessions: SessionSettings = SessionSettings()
    signing: SigningSettings = SigningSettings()
    # Pause between two runs of the clock's jobs: key rotation, removal of what has expired.
    job_interval_s: float = Field(default=60, gt=0)
