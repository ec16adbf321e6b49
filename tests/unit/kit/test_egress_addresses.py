"""Which addresses calls to the outside may reach."""

import pytest

from services.kit.egress import Egress, EgressSettings
from services.kit.egress_addresses import AddressRules, EgressRefused


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104 - an address to refuse, not to listen on
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:7f00:1::",
        "2001:db8::1",
    ],
)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    with pytest.raises(EgressRefused):
        AddressRules().check("some.host", address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_address_is_let_through(address: str) -> None:
    AddressRules().check("some.host", address)


def test_the_operator_allows_networks_and_nothing_beside_them() -> None:
    rules = AddressRules(("10.1.0.0/16", "::1/128"))
    rules.check("model.internal", "10.1.2.3")
    rules.check("model.internal", "::ffff:10.1.2.3")
    rules.check("model.internal", "::1")
    with pytest.raises(EgressRefused, match=r"model\.internal"):
        rules.check("model.internal", "10.2.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/x",
        "gopher://example.org",
        "//example.org",
        "http://",
        "http:///path",
        "https://user:secret@example.org/",
        "http://user@example.org/",
        "http://127.0.0.1/",
        "http://[::1]:8080/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://exa mple.org:99999/",
        "",
        "javascript:alert(1)",
    ],
)
def test_a_url_that_cannot_be_called_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(EgressRefused):
        Egress(EgressSettings()).check_url(url)
