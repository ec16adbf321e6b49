"""The first border of errors: an AppError crosses gRPC and is the same class again behind it.

It travels as a google.rpc.Status with ErrorInfo, RetryInfo and BadRequest in the trailing metadata.
"""

from collections.abc import Iterable
from typing import Final

import grpc
import grpc.aio
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2

from services.kit.errors import (
    AppError,
    DeadlineExceeded,
    FieldViolation,
    Internal,
    ResourceExhausted,
    Unavailable,
    rebuild,
)

DOMAIN: Final = "promptpilot.dev"
DETAILS_KEY: Final = "grpc-status-details-bin"
WITHHELD: Final = "an error on our side; it is logged"

# A call's metadata is limited (`server.MOST_METADATA_BYTES`): what does not fit is cut, or the
# error would be lost whole.
_MOST_VIOLATIONS: Final = 100
_MOST_TEXT: Final = 512
_MOST_BYTES: Final = 24_000


class MessageTooLarge(ResourceExhausted):
    """A request or answer is larger than the parts send to each other."""

    reason = "MESSAGE_TOO_LARGE"


def status_of(error: AppError) -> tuple[grpc.StatusCode, str, bytes]:
    """Return what crosses the wire: code, message, and a serialized google.rpc.Status."""
    code = grpc.StatusCode[error.code]
    message = error.message[:_MOST_TEXT]
    status = status_pb2.Status(code=code.value[0], message=message)
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN)
    info.metadata.update({key: value[:_MOST_TEXT] for key, value in error.metadata.items()})
    status.details.add().Pack(info)
    if error.retry_after_s is not None:
        retry = error_details_pb2.RetryInfo()
        retry.retry_delay.FromNanoseconds(round(error.retry_after_s * 1e9))
        status.details.add().Pack(retry)
    if error.violations:
        status.details.add().Pack(_bad_request(error.violations))
    return code, message, status.SerializeToString()


def _bad_request(violations: Iterable[FieldViolation]) -> error_details_pb2.BadRequest:
    bad = error_details_pb2.BadRequest()
    size = 0
    for violation in list(violations)[:_MOST_VIOLATIONS]:
        field, description = violation.field[:_MOST_TEXT], violation.description[:_MOST_TEXT]
        size += len(field.encode()) + len(description.encode())
        if size > _MOST_BYTES and bad.field_violations:
            break
        bad.field_violations.add(field=field, description=description)
    return bad


def error_of(failure: grpc.aio.AioRpcError, *, peer: str) -> AppError:
    """Rebuild the error that a call failed with.

    `peer` is the called part's name, for those that never got there.
    """
    for key, value in failure.trailing_metadata() or ():
        if key == DETAILS_KEY:
            return _rebuild(failure, value, peer=peer)
    return _without_details(failure, peer)


def _rebuild(failure: grpc.aio.AioRpcError, details: bytes | str, *, peer: str) -> AppError:
    status = status_pb2.Status()
    try:
        status.ParseFromString(details.encode() if isinstance(details, str) else details)
    except DecodeError:
        return _without_details(failure, peer)
    reason, metadata = "", {}
    retry_after_s: float | None = None
    violations: list[FieldViolation] = []
    for detail in status.details:
        info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        bad = error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(retry):
            retry_after_s = retry.retry_delay.ToNanoseconds() / 1e9
        elif detail.Unpack(bad):
            violations += [FieldViolation(v.field, v.description) for v in bad.field_violations]
    code = failure.code().name
    return rebuild(
        code,
        reason or code,
        status.message,
        violations=violations,
        retry_after_s=retry_after_s,
        metadata=metadata,
    )


def _without_details(failure: grpc.aio.AioRpcError, peer: str) -> AppError:
    """Translate a failure that gRPC itself made; its text names addresses, so it stays here."""
    code = failure.code()
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExceeded(f"{peer} did not answer in time", peer=peer)
    # CANCELLED without our doing: the other side went away in the middle.
    if code in {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}:
        return Unavailable(f"{peer} cannot be reached", peer=peer)
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return MessageTooLarge(f"too large to send to {peer}, or to get from it", peer=peer)
    return Internal(WITHHELD, peer=peer)
