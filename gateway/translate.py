"""Between protobuf messages and JSON, by one rule for all of them.

| protobuf | JSON |
|---|---|
| `string x_json` | `x`: the document itself, byte for byte as stored; null when empty |
| enum `ROLE_OWNER` | `"owner"`; null when unspecified |
| `Timestamp` | RFC 3339 text in UTC; null when unset |
| other message | object; null when unset |
| int32, int64 | integer |
| `optional` number or text | as it is; null when unset |
| everything else | as it is, under the same name |
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, TypeVar, cast

import orjson
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import BaseModel

M = TypeVar("M", bound=Message)
Reader = Callable[[Any], Any]

_TIMESTAMP: Final = Timestamp.DESCRIPTOR.full_name
_JSON: Final = "_json"
_plans: Final[dict[str, list[tuple[str, Reader]]]] = {}
_words: Final[dict[str, dict[int, str | None]]] = {}


def read(message: Message) -> dict[str, Any]:
    """Turn a message into what `orjson.dumps` writes as its JSON."""
    descriptor = cast("Descriptor", message.DESCRIPTOR)
    plan = _plans.get(descriptor.full_name)
    if plan is None:
        plan = [(json_name(field), _reader(field)) for field in descriptor.fields]
        _plans[descriptor.full_name] = plan
    return {name: reader(message) for name, reader in plan}


def read_all(messages: Iterable[Message]) -> list[dict[str, Any]]:
    """Turn messages into a list of what `read` gives."""
    return [read(message) for message in messages]


def json_name(field: FieldDescriptor) -> str:
    """Return the name that a field has in JSON."""
    return field.name.removesuffix(_JSON)


def words(enum: EnumDescriptor) -> dict[int, str | None]:
    """Return number -> word in JSON; the unspecified value is null."""
    known = _words.get(enum.full_name)
    if known is None:
        prefix = enum.values_by_number[0].name.removesuffix("UNSPECIFIED")
        known = {value.number: value.name.removeprefix(prefix).lower() for value in enum.values}
        known[0] = None
        _words[enum.full_name] = known
    return known


def fill(kind: type[M], body: BaseModel | None = None, **given: Any) -> M:
    """Build a message from a validated body and from values of path and header.

    What the body left out stays unset, and null means left out. A list of a body goes into a
    repeated field, an object into a message or a `_json` field.
    """
    message = kind()
    if body is not None:
        _fill(message, _values(body))
    _fill(message, given)
    return message


def word_number(enum: EnumDescriptor, word: str | None) -> int:
    """Return the number of an enum's word; 0 for None."""
    return next(number for number, known in words(enum).items() if known == word)


def _fill(message: Message, values: Mapping[str, Any]) -> None:
    fields = cast("Descriptor", message.DESCRIPTOR).fields_by_name
    for name, value in values.items():
        if value is None:
            continue
        field = fields.get(name) or fields[name + _JSON]
        if field.is_repeated:
            target = getattr(message, field.name)
            for item in value:
                if field.message_type is None:
                    target.append(_scalar(field, item))
                else:
                    _put(target.add(), item)
        elif field.message_type is None:
            setattr(message, field.name, _scalar(field, value))
        else:
            target = getattr(message, field.name)
            target.SetInParent()
            _put(target, value)


def _values(body: BaseModel) -> dict[str, Any]:
    return {name: getattr(body, name) for name in type(body).model_fields}


def _put(target: Message, value: Any) -> None:
    if isinstance(value, datetime):
        cast("Timestamp", target).FromDatetime(value)
    elif isinstance(value, BaseModel):
        _fill(target, _values(value))
    elif isinstance(value, Message):
        target.CopyFrom(value)
    else:
        _fill(target, value)


def _scalar(field: FieldDescriptor, value: Any) -> Any:
    if field.enum_type is not None:
        return word_number(field.enum_type, value)
    if field.name.endswith(_JSON):
        return orjson.dumps(value).decode()
    return value


def _reader(field: FieldDescriptor) -> Reader:
    name = field.name
    if field.message_type is not None:
        return _message_reader(field)
    if field.enum_type is not None:
        table = words(field.enum_type)
        return lambda message: table[getattr(message, name)]
    if name.endswith(_JSON):
        return _document_reader(field)
    if field.has_presence:
        return lambda message: getattr(message, name) if message.HasField(name) else None
    if field.is_repeated:
        return lambda message: list(getattr(message, name))
    return attrgetter(name)


def _document_reader(field: FieldDescriptor) -> Reader:
    name = field.name
    if field.is_repeated:
        return lambda message: [orjson.Fragment(text) for text in getattr(message, name)]
    return lambda message: _fragment(getattr(message, name))


def _message_reader(field: FieldDescriptor) -> Reader:
    name = field.name
    if field.is_repeated:
        return lambda message: read_all(getattr(message, name))
    if cast("Descriptor", field.message_type).full_name == _TIMESTAMP:
        return lambda message: _time(getattr(message, name)) if message.HasField(name) else None
    return lambda message: read(getattr(message, name)) if message.HasField(name) else None


def _time(stamp: Timestamp) -> str:
    return stamp.ToJsonString()


def _fragment(text: str) -> orjson.Fragment | None:
    return orjson.Fragment(text) if text else None
