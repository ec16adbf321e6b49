"""Request and answer models of identity."""

from typing import Annotated, Literal

from pydantic import Field

from gateway.schema import Answer, Body, Environment, Page, Time, TimeIn

Role = Literal["owner", "admin", "editor", "operator", "viewer", "billing"]
Email = Annotated[
    str,
    Field(
        min_length=3, max_length=254, description="E-mail address.", examples=["ada@example.com"]
    ),
]
Password = Annotated[
    str,
    Field(
        min_length=10,
        max_length=200,
        description="10 to 200 characters.",
        examples=["correct horse battery"],
    ),
]
DisplayName = Annotated[str, Field(min_length=1, max_length=100, examples=["Ada Lovelace"])]
TenantName = Annotated[str, Field(min_length=1, max_length=100, examples=["Analytical Engines"])]
Secret = Annotated[str, Field(min_length=1, max_length=500)]


class SignUp(Body):
    """Who signs up, and what their tenant is called."""

    email: Email
    password: Password
    display_name: DisplayName
    tenant_name: TenantName
    session_kind: Literal["browser", "token"] = Field(
        default="browser",
        description="browser: a cookie is set; token: access and refresh token are in the answer.",
    )


class LogIn(Body):
    """E-mail and password."""

    email: Email
    password: Annotated[
        str, Field(min_length=1, max_length=200, examples=["correct horse battery"])
    ]


class RefreshToken(Body):
    """A refresh token, good for one use."""

    refresh_token: Secret


class UpdateTenant(Body):
    """What of the tenant is to change."""

    name: TenantName


class CreateApiKey(Body):
    """A new API key. It cannot hold more than its creator."""

    name: Annotated[str, Field(min_length=1, max_length=100, examples=["nightly evaluation"])]
    environment: Environment = Field(
        default="test",
        description="test: models are answered by the simulator; live: by the tenant's providers.",
    )
    role: Role = Field(default="operator", description="What the key may do.")
    expire_time: TimeIn | None = Field(default=None, description="When it ends; null: never.")


class User(Answer):
    """A person."""

    id: str = Field(examples=["usr_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    email: str = Field(examples=["ada@example.com"])
    display_name: str
    create_time: Time


class Tenant(Answer):
    """A customer: the wall inside which everything else lives."""

    id: str = Field(examples=["ten_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    name: str
    state: Literal["provisioning", "live", "read_only", "offboarding"]
    create_time: Time
    update_time: Time
    etag: str = Field(description="Send it in If-Match of an update.")


class BrowserSession(Answer):
    """A browser session just opened: its secret is in the cookie only."""

    user: User
    tenant: Tenant
    csrf_token: str = Field(
        description="Send it as `X-CSRF-Token` with every request that changes something."
    )
    expire_time: Time | None = Field(description="When the session ends unless it is used.")


class Tokens(Answer):
    """Tokens of a session."""

    session_id: str = Field(examples=["ses_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    access_token: str = Field(description="JWT for `Authorization: Bearer`.")
    access_token_lifetime_s: int = Field(description="Seconds until the access token ends.")
    refresh_token: str = Field(description="For `/v1/auth/tokens:refresh`, once.")
    expire_time: Time | None = Field(description="When the session ends unless it is refreshed.")


class TokenSession(Answer):
    """A token session just opened."""

    user: User
    tenant: Tenant
    tokens: Tokens


class SignedUp(Answer):
    """What sign-up made."""

    user: User
    tenant: Tenant
    csrf_token: str = Field(description="For `session_kind` browser; empty otherwise.")
    tokens: Tokens | None = Field(description="For `session_kind` token; null otherwise.")


class Session(Answer):
    """Who is calling."""

    user: User | None = Field(description="Null when an API key is calling.")
    tenant: Tenant
    role: Role
    permissions: list[str] = Field(description="Sorted.", examples=[["prompts.read", "runs.start"]])
    environment: Environment
    csrf_token: str = Field(description="Browser sessions only; empty otherwise.")


class Member(Answer):
    """A person's place in the tenant."""

    user: User
    role: Role
    create_time: Time


class MemberPage(Page):
    """Members, oldest first."""

    items: list[Member]


class ApiKey(Answer):
    """An API key without its secret."""

    id: str = Field(examples=["key_01jd8n3zq4e5v9x7k2m6r0t1wb"])
    name: str
    environment: Environment
    role: Role
    prefix: str = Field(description="What a log may show.", examples=["pp_test_a1b2c3d4"])
    last_four: str
    create_time: Time
    creator_id: str
    expire_time: Time | None = Field(description="Null: never.")
    revoke_time: Time | None = Field(description="Null while it is good.")


class CreatedApiKey(Answer):
    """The key and, only here, its secret."""

    api_key: ApiKey
    secret: str = Field(description="The whole key. It is never shown again.")


class ApiKeyPage(Page):
    """API keys, newest first, revoked ones included."""

    items: list[ApiKey]


class JsonWebKey(Answer):
    """An Ed25519 public key (RFC 8037)."""

    kty: Literal["OKP"]
    crv: Literal["Ed25519"]
    kid: str
    x: str = Field(description="The public key, base64url.")


class JsonWebKeySet(Answer):
    """Public keys that verify access tokens (RFC 7517)."""

    keys: list[JsonWebKey]
