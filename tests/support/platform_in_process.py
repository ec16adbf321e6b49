"""The whole platform inside the test's process.

Every service on real sockets, and the gateway before them.
"""

import importlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp
from pydantic import SecretStr
from yarl import URL

from cli.local.nats import free_port
from gateway.app import build
from gateway.server import GatewayProcess
from gateway.settings import GatewaySettings
from services.identity.settings import AttemptSettings
from services.kit.ids import new_id
from services.kit.rpc.context import generate_key_pair
from services.kit.runtime import Process
from services.kit.settings import RpcSettings
from tests.support.identity import CHEAP, KEK, PASSWORD
from tests.support.stack import Stack

SERVICES: Final = ("identity", "prompts", "pipelines", "execution", "billing")
_CALLS: Final = {
    "pipelines": ("prompts",),
    "execution": ("prompts", "pipelines"),
    "gateway": SERVICES,
}


@dataclass
class Answer:
    """An HTTP answer, its JSON read."""

    status: int
    headers: Mapping[str, str]
    body: Any


@dataclass
class Api:
    """Calls the gateway as a program or a browser would. `headers` go with every call."""

    url: str
    session: aiohttp.ClientSession
    headers: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Make one call; underscores in the names of headers are dashes."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        options: dict[str, Any] = {} if body is None else {"json": body}
        url = URL(self.url + path, encoded=True)
        async with self.session.request(
            method, url, headers={**self.headers, **given}, **options
        ) as response:
            kind = response.content_type
            content = await (
                response.json(content_type=None) if "json" in kind else response.text()
            )
            return Answer(response.status, response.headers.copy(), content)

    async def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return await self.call("GET", path, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        """POST."""
        return await self.call("POST", path, body, **headers)

    def with_headers(self, **headers: str) -> "Api":
        """Return the same caller with more headers."""
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return Api(self.url, self.session, {**self.headers, **more})


@dataclass
class Member:
    """Somebody who signed up: the owner of a tenant of their own."""

    email: str
    password: str
    tenant_id: str
    user_id: str
    tokens: dict[str, Any]
    api: Api


@dataclass
class Platform:
    """Everything that runs."""

    gateway: GatewayProcess
    settings: GatewaySettings
    services: dict[str, Process]
    session: aiohttp.ClientSession
    start: Callable[[str], Awaitable[Process]]

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.gateway.port}"

    @property
    def anonymous(self) -> Api:
        """Somebody who has not logged in."""
        return Api(self.url, self.session)

    async def stop(self, service: str) -> None:
        """Stop one service, as SIGTERM does."""
        await self.services.pop(service).stop(pre_drain_s=0)

    async def restart(self, service: str) -> None:
        """Stop one service and start it again at the same address."""
        await self.stop(service)
        self.services[service] = await self.start(service)

    async def stop_services(self) -> None:
        """Stop what runs, last started first."""
        for service in reversed(list(self.services)):
            await self.stop(service)

    async def sign_up(self) -> Member:
        """Sign somebody new up, as a program: their calls carry an access token."""
        email = f"{new_id('usr').removeprefix('usr_')}@example.com"
        form = {
            "email": email,
            "password": PASSWORD,
            "display_name": "Ada Lovelace",
            "tenant_name": "Analytical Engines",
            "session_kind": "token",
        }
        made = await self.anonymous.post("/v1/sign-up", form)
        assert made.status == 201, made.body  # what tests stand on
        tokens = made.body["tokens"]
        api = self.anonymous.with_headers(Authorization=f"Bearer {tokens['access_token']}")
        return Member(
            email, PASSWORD, made.body["tenant"]["id"], made.body["user"]["id"], tokens, api
        )

    async def new_key(self, member: Member, **changes: Any) -> tuple[dict[str, Any], Api]:
        """Create an API key of a member's tenant; return what was answered, and its caller."""
        fields = {"name": "test", "environment": "test", "role": "editor"} | changes
        made = await member.api.post("/v1/api-keys", fields)
        assert made.status == 201, made.body  # what tests stand on
        return made.body, self.anonymous.with_headers(Authorization=f"Bearer {made.body['secret']}")


@asynccontextmanager
async def platform_running(stack: Stack, **changes: Any) -> AsyncIterator[Platform]:
    """Run the platform until the block ends. `changes` are settings of the gateway."""
    keys = {name: generate_key_pair() for name in (*SERVICES, "gateway")}
    ports = {name: free_port() for name in SERVICES}

    def rpc(name: str) -> RpcSettings:
        port = ports.get(name, 0)
        return RpcSettings(
            listen=f"127.0.0.1:{port}",
            context_private_key=SecretStr(keys[name][0]),
            context_public_keys={part: public for part, (_, public) in keys.items()},
            peers={peer: f"127.0.0.1:{ports[peer]}" for peer in _CALLS.get(name, ())},
            pre_drain_s=0,
            drain_timeout_s=5,
        )

    async def start(name: str) -> Process:
        process = Process(await _app(name, stack, rpc(name)))
        await process.start()
        return process

    async with AsyncExitStack() as running_parts:
        settings = GatewaySettings(
            listen="127.0.0.1:0", bus=stack.bus(), rpc=rpc("gateway"), **changes
        )
        gateway = GatewayProcess(build(settings))
        session = await running_parts.enter_async_context(
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        )
        platform = Platform(gateway, settings, {}, session, start)
        running_parts.push_async_callback(platform.stop_services)
        for name in SERVICES:
            platform.services[name] = await start(name)
        await gateway.start()
        running_parts.push_async_callback(gateway.stop, pre_drain_s=0)
        yield platform


async def _app(name: str, stack: Stack, rpc: RpcSettings) -> Any:
    app = importlib.import_module(f"services.{name}.app")
    settings_class = getattr(
        importlib.import_module(f"services.{name}.settings"), f"{name.capitalize()}Settings"
    )
    fields: dict[str, Any] = {
        "database": await stack.database_for(name),
        "bus": stack.bus(),
        "rpc": rpc,
    }
    if "kek" in settings_class.model_fields:
        fields["kek"] = SecretStr(KEK)
    if name == "identity":
        fields["passwords"] = CHEAP
        fields["attempts"] = AttemptSettings(
            log_ins_per_client=100_000, sign_ups_per_client=100_000, log_ins_per_email=10
        )
        fields["required_services"] = tuple(one for one in SERVICES if one != "identity")
    return app.build_for_tests(settings_class(**fields))
