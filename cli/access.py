"""Where the command line calls, and as whom: PP_URL and PP_KEY, or else the local stack."""

import os

from cli.client import Api
from cli.local.home import Home
from cli.screen import Failure


def open_api() -> Api:
    """Return the gateway's API. Raises Failure without an address or a key."""
    dev_env = Home.from_environment().read_dev_env()
    url = os.environ.get("PP_URL") or dev_env.get("PP_URL", "")
    key = os.environ.get("PP_KEY") or dev_env.get("PP_TEST_KEY", "")
    if not url or not key:
        raise Failure("no stack and no key\nset PP_URL and PP_KEY, or start one: promptpilot up")
    return Api(url, key)
