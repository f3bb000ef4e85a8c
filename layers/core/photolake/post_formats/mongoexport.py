"""Reads posts of X that were kept in MongoDB, as `mongoexport` writes them.

Numbers, times and keys are objects there, {"$numberLong": "20"}, and each document has an `_id`
(https://www.mongodb.com/docs/manual/reference/mongodb-extended-json/).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from photolake.clock import format_utc
from photolake.post_formats.format import FileContext, Notice, PostFormat, Refusal, Remark
from photolake.post_formats.twarc_flatten import is_flattened, read_flattened
from photolake.post_formats.x_api import is_payload, read_value
from photolake.post_formats.x_evidence import is_of_mongodb

if TYPE_CHECKING:
    from photolake.rows.types import PostRow


def _convert_date(value: Any) -> Any:
    """Convert milliseconds since 1970 to ISO-8601; newer versions write that themselves."""
    if not isinstance(value, int):
        return value
    try:
        return format_utc(dt.datetime.fromtimestamp(value / 1000, dt.UTC))
    except (ValueError, OverflowError, OSError):
        return value


_CONVERTERS: Mapping[str, Callable[[Any], Any]] = {
    "$numberLong": lambda value: int(value),
    "$numberInt": lambda value: int(value),
    "$numberDouble": lambda value: float(value),
    "$numberDecimal": lambda value: float(value),
    "$date": lambda value: _convert_date(convert_extended(value)),
    "$oid": lambda value: value,
}


def convert_extended(value: Any) -> Any:
    """Convert extended JSON to plain JSON; what cannot be converted stays."""
    if isinstance(value, list):
        return [convert_extended(item) for item in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        ((name, content),) = value.items()
        try:
            return _CONVERTERS[name](content)
        except (KeyError, ValueError, TypeError):
            pass
    return {name: convert_extended(item) for name, item in value.items()}


def convert_document(value: Any) -> dict[str, Any] | None:
    """Convert a document to what X sent; None if it is not a document of MongoDB."""
    if not isinstance(value, Mapping) or not is_of_mongodb(value):
        return None
    try:
        converted: dict[str, Any] = convert_extended({name: item for name, item in value.items() if name != "_id"})
    except RecursionError:
        return None
    return converted


def is_document(value: Any) -> bool:
    """Whether a value is a document of MongoDB that holds posts of X."""
    converted = convert_document(value)
    return converted is not None and (is_payload(converted) or is_flattened(converted))


def read_document(value: Any, context: FileContext) -> Iterator[PostRow | Refusal | Notice | Remark]:
    """Yield the posts."""
    converted = convert_document(value)
    yield from (read_flattened if is_flattened(converted) else read_value)(converted, context)


FORMAT = PostFormat("posts as mongoexport writes them", is_document, read_document)
