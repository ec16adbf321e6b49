"""Idempotent requests: a `request_id` on create and start makes a retry safe.

Same id and same body: the stored answer. Same id, another body: InvalidArgument. Still in flight:
Conflict with a retry hint.
The answer is stored in the command's own transaction: there is no moment at which the effect stands
without it.
Ids are remembered for at least seven days.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar, Final, Generic, TypeVar

from google.protobuf.message import Message
from sqlalchemy import LargeBinary, Text, delete, insert, select, tuple_
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from services.kit.caller import current_caller
from services.kit.control import CONTROL_SCHEMA
from services.kit.errors import Conflict, InvalidArgument
from services.kit.ids import TenantId
from services.kit.seal import Sealer
from services.kit.tenancy import TENANT_SCHEMA
from services.kit.work import Joined, Tx, UnitOfWork, Work

_KEPT: Final = timedelta(days=7)
_LONGEST_ID: Final = 128

Answer = TypeVar("Answer", bound=Message)


class RequestIdReused(InvalidArgument):
    """The same request id came with another body."""

    reason = "REQUEST_ID_REUSED"


class RequestInFlight(Conflict):
    """The same request is being worked on at this moment."""

    reason = "REQUEST_IN_FLIGHT"


class _Base(DeclarativeBase):
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: TIMESTAMP(timezone=True), str: Text}


class _Columns:
    method: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(primary_key=True)
    # SHA-256 of the deterministic bytes of the request.
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    # The answer message, serialised; sealed where it holds a secret.
    answer: Mapped[bytes] = mapped_column(LargeBinary)
    create_time: Mapped[datetime]


class TenantRequests(_Columns, _Base):
    """Requests of a tenant."""

    __tablename__ = "requests"
    __table_args__ = ({"schema": TENANT_SCHEMA},)


class ControlRequests(_Columns, _Base):
    """Requests that belong to no tenant."""

    __tablename__ = "requests"
    __table_args__ = ({"schema": CONTROL_SCHEMA},)


class Call(Generic[Answer]):
    """One idempotent call: `answer` is set when the request was answered before.

    Otherwise do the work on `work` and set it.
    """

    def __init__(self, work: Work) -> None:
        self.work = work
        self.answer: Answer | None = None


@asynccontextmanager
async def once(
    work: UnitOfWork,
    tenant: TenantId | None,
    request: Message,
    answer_type: type[Answer],
    *,
    method: str,
    scope: str = "",
    sealer: Sealer | None = None,
) -> AsyncIterator[Call[Answer]]:
    """Open an idempotent call.

    The block's commands must use `call.work`, which joins the transaction that stores the answer.

    A request without `request_id` is simply carried out. Ids are a tenant's own; requests of no
    tenant, which strangers make, need a `scope` that tells these apart: who does not know it can
    neither take an id away from its owner nor learn that it is taken.
    With a `sealer` the stored answer is encrypted, and only who asked first gets it again: to
    others of the tenant the id is taken.
    """
    request_id = str(getattr(request, "request_id", ""))
    if not request_id:
        yield Call(work)
        return
    if len(request_id) > _LONGEST_ID or not request_id.isprintable():
        raise InvalidArgument.of_field(
            "request_id", f"must be at most {_LONGEST_ID} printable characters"
        )
    if tenant is None and not scope:
        raise LookupError("requests of no tenant need a scope")
    transaction = work.begin_control() if tenant is None else work.begin(tenant)
    async with transaction as tx:
        store = _Store(tx, tenant, method=method, scope=scope, request_id=request_id, sealer=sealer)
        if not await tx.try_lock(f"request:{tenant or ''}:{method}:{store.key}"):
            raise RequestInFlight(
                "the same request is still being worked on", retry_after_s=1, request_id=request_id
            )
        body_hash = _hash(request, is_secret=sealer is not None)
        call: Call[Answer] = Call(Joined(tx, tenant))
        call.answer = await store.find(body_hash, answer_type)
        is_new = call.answer is None
        yield call
        if is_new and call.answer is not None:
            await store.keep(body_hash, call.answer)


def _hash(request: Message, *, is_secret: bool) -> bytes:
    digest = sha256(request.SerializeToString(deterministic=True))
    if is_secret:
        with suppress(LookupError):  # outside of a call there is no caller
            digest.update(b"|" + current_caller().actor.encode())
    return digest.digest()


class _Store:
    def __init__(
        self,
        tx: Tx,
        tenant: TenantId | None,
        *,
        method: str,
        scope: str,
        request_id: str,
        sealer: Sealer | None,
    ) -> None:
        # What the id is stored as.
        self.key = f"{scope}:{request_id}" if scope else request_id
        self._tx = tx
        self._table: type[TenantRequests | ControlRequests] = (
            ControlRequests if tenant is None else TenantRequests
        )
        self._tenant = tenant or ""
        self._method = method
        self._request_id = request_id
        self._sealer = sealer

    async def find(self, body_hash: bytes, answer_type: type[Answer]) -> Answer | None:
        table = self._table
        query = select(table.body_hash, table.answer).where(
            table.method == self._method, table.request_id == self.key
        )
        row = (await self._tx.session.execute(query)).one_or_none()
        if row is None:
            return None
        if row.body_hash != body_hash:
            raise RequestIdReused(
                "this request id was used with another body: choose a new id for a new request",
                request_id=self._request_id,
            )
        return answer_type.FromString(self._open(row.answer))

    async def keep(self, body_hash: bytes, answer: Message) -> None:
        table, tx = self._table, self._tx
        await tx.session.execute(
            insert(table).values(
                method=self._method,
                request_id=self.key,
                body_hash=body_hash,
                answer=self._seal(answer.SerializeToString()),
                create_time=tx.now,
            )
        )
        key = tuple_(table.method, table.request_id)
        old = select(table.method, table.request_id).where(table.create_time < tx.now - _KEPT)
        # Rows that another call is deleting at this moment are left to it.
        skipping = old.limit(10).with_for_update(skip_locked=True)
        await tx.session.execute(delete(table).where(key.in_(skipping)))

    def _seal(self, answer: bytes) -> bytes:
        if self._sealer is None:
            return answer
        return self._sealer.seal_control(answer, **self._place())

    def _open(self, stored: bytes) -> bytes:
        if self._sealer is None:
            return stored
        return self._sealer.open_control(stored, **self._place())

    def _place(self) -> dict[str, str]:
        return {
            "table": "requests",
            "column": self._method,
            "row": f"{self._tenant}|{self.key}",
        }
