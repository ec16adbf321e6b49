"""Secrets at rest open only where they were sealed."""

import base64

import pytest
from pydantic import SecretStr

from services.kit.seal import Sealer, WrongKey
from tests.support.sample.service import Sample


def sealer(number: int) -> Sealer:
    return Sealer(SecretStr(base64.b64encode(bytes([number]) * 32).decode()))


PLACE = {"table": "providers", "column": "key", "row": "prv_1"}


async def test_a_secret_opens_at_its_place_also_after_a_restart(sample: Sample) -> None:
    tenant = await sample.tenant()
    async with sample.work.begin(tenant) as tx:
        sealed = await sealer(1).seal(tx, "sk-secret", **PLACE)
    assert b"sk-secret" not in sealed
    async with sample.work.begin(tenant) as tx:
        assert await sealer(1).open(tx, sealed, **PLACE) == "sk-secret"


async def test_a_secret_moved_to_another_row_does_not_open(sample: Sample) -> None:
    tenant = await sample.tenant()
    async with sample.work.begin(tenant) as tx:
        sealed = await sealer(1).seal(tx, "sk-secret", **PLACE)
        with pytest.raises(WrongKey):
            await sealer(1).open(tx, sealed, **(PLACE | {"row": "prv_2"}))


async def test_other_tenant_cannot_open_it(sample: Sample) -> None:
    mine, other = await sample.tenant(), await sample.tenant()
    key = sealer(1)
    async with sample.work.begin(mine) as tx:
        sealed = await key.seal(tx, "sk-secret", **PLACE)
    async with sample.work.begin(other) as tx:
        with pytest.raises(WrongKey):
            await key.open(tx, sealed, **PLACE)


@pytest.mark.parametrize(
    "sealed", [b"", b"\x01", b"\x01short", b"\x02" + bytes(40), b"\x01" + bytes(40)]
)
async def test_bytes_that_nobody_sealed_do_not_open(sample: Sample, sealed: bytes) -> None:
    tenant = await sample.tenant()
    async with sample.work.begin(tenant) as tx:
        with pytest.raises(WrongKey):
            await sealer(1).open(tx, sealed, **PLACE)


async def test_the_wrong_master_key_says_so(sample: Sample) -> None:
    tenant = await sample.tenant()
    async with sample.work.begin(tenant) as tx:
        sealed = await sealer(1).seal(tx, "sk-secret", **PLACE)
    async with sample.work.begin(tenant) as tx:
        with pytest.raises(WrongKey, match="not the key"):
            await sealer(2).open(tx, sealed, **PLACE)


async def test_a_key_made_in_a_transaction_that_fails_is_not_remembered(sample: Sample) -> None:
    tenant, key = await sample.tenant(), sealer(1)
    with pytest.raises(ZeroDivisionError):
        async with sample.work.begin(tenant) as tx:
            await key.seal(tx, "lost", **PLACE)
            raise ZeroDivisionError
    async with sample.work.begin(tenant) as tx:
        sealed = await key.seal(tx, "kept", **PLACE)
    async with sample.work.begin(tenant) as tx:
        assert await sealer(1).open(tx, sealed, **PLACE) == "kept"


@pytest.mark.parametrize("kek", ["", "short", base64.b64encode(bytes(31)).decode(), "ä"])
def test_a_master_key_of_the_wrong_form_is_refused(kek: str) -> None:
    with pytest.raises(ValueError, match="master key"):
        Sealer(SecretStr(kek))
