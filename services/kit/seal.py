"""Secrets at rest: envelope encryption.

A master key (KEK) seals a key of each tenant, which seals the tenant's secrets.

AES-256-GCM; the additional data names tenant, table, column and row, so that a sealed value moved
elsewhere does not open.
Sealed form: version byte 1, 12 bytes nonce, ciphertext with tag.
"""

import os
from base64 import b64decode
from datetime import datetime
from typing import Any, ClassVar, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import SecretStr
from sqlalchemy import LargeBinary, Text, select
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit.tenancy import TENANT_SCHEMA
from services.kit.work import Tx

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_VERSION: Final = b"\x01"
# Version, nonce and tag around an empty secret.
_LEAST_BYTES: Final = 1 + _NONCE_BYTES + 16


class _Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: TIMESTAMP(timezone=True), str: Text}


class TenantKeys(_Base):
    """The tenant's data key, sealed by the master key."""

    __tablename__ = "tenant_keys"
    __table_args__ = ({"schema": TENANT_SCHEMA},)

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed_key: Mapped[bytes] = mapped_column(LargeBinary)
    create_time: Mapped[datetime]


class WrongKey(RuntimeError):
    """A sealed value does not open.

    The master key is not the one it was sealed with, or the value was moved.
    """


class Sealer:
    """Seals and opens a tenant's secrets inside its transactions.

    Keys are kept in memory once opened.
    """

    def __init__(self, kek: SecretStr) -> None:
        try:
            key = b64decode(kek.get_secret_value(), validate=True)
        except ValueError as error:
            raise ValueError("the master key must be base64") from error
        if len(key) != _KEY_BYTES:
            raise ValueError(f"the master key must be {_KEY_BYTES} bytes, base64")
        self._master = AESGCM(key)
        self._tenant_keys: dict[str, AESGCM] = {}

    async def seal(self, tx: Tx, plaintext: str, *, table: str, column: str, row: str) -> bytes:
        """Seal a secret of the transaction's tenant for one place."""
        key = await self._tenant_key(tx)
        return _seal(key, plaintext.encode(), _place(tx.tenant, table, column, row))

    async def open(self, tx: Tx, sealed: bytes, *, table: str, column: str, row: str) -> str:
        """Open what was sealed for this place; raises WrongKey."""
        key = await self._tenant_key(tx)
        return _open(key, sealed, _place(tx.tenant, table, column, row)).decode()

    def seal_control(self, plaintext: bytes, *, table: str, column: str, row: str) -> bytes:
        """Seal a secret that belongs to no tenant (schema control) under the master key itself."""
        return _seal(self._master, plaintext, _place("control", table, column, row))

    def open_control(self, sealed: bytes, *, table: str, column: str, row: str) -> bytes:
        """Open what `seal_control` sealed for this place; raises WrongKey."""
        return _open(self._master, sealed, _place("control", table, column, row))

    async def _tenant_key(self, tx: Tx) -> AESGCM:
        known = self._tenant_keys.get(tx.tenant)
        if known is not None:
            return known
        place = _place(tx.tenant, "tenant_keys", "sealed_key", "1")
        fresh = _seal(self._master, os.urandom(_KEY_BYTES), place)
        row = insert(TenantKeys).values(id=1, sealed_key=fresh, create_time=tx.now)
        await tx.session.execute(row.on_conflict_do_nothing())
        query = select(TenantKeys.sealed_key).where(TenantKeys.id == 1)
        stored = (await tx.session.execute(query)).scalar_one()
        key = AESGCM(_open(self._master, stored, place))
        if stored != fresh:
            # A key made in this transaction is remembered only after somebody read it back: this
            # one may yet roll back.
            self._tenant_keys[tx.tenant] = key
        return key


def _place(tenant: str, table: str, column: str, row: str) -> bytes:
    return f"{tenant}|{table}|{column}|{row}".encode()


def _seal(key: AESGCM, plaintext: bytes, place: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return _VERSION + nonce + key.encrypt(nonce, plaintext, place)


def _open(key: AESGCM, sealed: bytes, place: bytes) -> bytes:
    if sealed[:1] != _VERSION or len(sealed) < _LEAST_BYTES:
        raise WrongKey("the sealed value has an unknown form")
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return key.decrypt(nonce, ciphertext, place)
    except InvalidTag as error:
        raise WrongKey(
            "a sealed value does not open: PP_*_KEK is not the key it was sealed with"
        ) from error
