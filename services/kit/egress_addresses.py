"""Which addresses calls to the outside may reach, and the resolver that holds calls to them."""

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult

from services.kit.errors import InvalidArgument, Unavailable

# Forms of IPv6 that carry an IPv4 address which a router, not we, would take out again.
_TRANSLATED: Final = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96"))
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class EgressRefused(InvalidArgument):
    """The address is one that calls to the outside may not reach, or the URL cannot be called."""

    reason = "EGRESS_REFUSED"


class EgressFailed(Unavailable):
    """The other side could not be reached, or cut the connection."""

    reason = "EGRESS_FAILED"


class AddressRules:
    """Public addresses may be reached, and what the operator allows besides: networks as CIDRs."""

    def __init__(self, allowed_cidrs: Sequence[str] = ()) -> None:
        self._allowed: tuple[Network, ...] = tuple(ip_network(cidr) for cidr in allowed_cidrs)

    def check(self, host: str, address: str) -> None:
        """Raise EgressRefused unless calls may reach the address that the host has."""
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:  # 2130706433, 127.1: forms that only some parsers take for an address
            raise EgressRefused(f"{host} is not written as an address", host=host) from None
        mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
        ip = mapped or ip
        if any(ip in network for network in self._allowed):
            return
        if not is_public(ip):
            raise EgressRefused(
                f"{host} has an address that calls may not reach: the operator decides by "
                "the setting egress.allowed_cidrs",
                host=host,
            )


def is_public(ip: Address) -> bool:
    """Tell whether anybody on the internet could reach the address."""
    return (
        ip.is_global
        and not ip.is_multicast
        and not ip.is_reserved
        and not ip.is_unspecified
        and not any(ip in network for network in _TRANSLATED)
    )


class CheckedResolver(AbstractResolver):
    """Resolves a host once for each connection, and lets through only what was checked.

    aiohttp connects to the very addresses returned here, so that a name which changes its address
    between check and use gains nothing. One refused address of a host refuses the host.
    """

    def __init__(self, rules: AddressRules) -> None:
        self._rules = rules

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the host's addresses; raise EgressRefused or EgressFailed."""
        loop = asyncio.get_running_loop()
        try:
            found: list[Any] = await loop.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, family=family, flags=socket.AI_ADDRCONFIG
            )
        except (OSError, UnicodeError):  # the latter: a label over 63 characters
            raise EgressFailed(f"{host} cannot be resolved", host=host) from None
        for _, _, _, _, address in found:
            self._rules.check(host, address[0])
        return [
            ResolveResult(
                hostname=host,
                host=address[0],
                port=port,
                family=each_family,
                proto=proto,
                flags=socket.AI_NUMERICHOST,
            )
            for each_family, _, proto, _, address in found
        ]

    async def close(self) -> None:
        """Nothing is held."""
