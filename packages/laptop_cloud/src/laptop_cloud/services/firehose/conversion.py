"""JSON records to Parquet by the columns of a Glue table, in the manner of the OpenX JSON SerDe.

Like OpenX: keys are compared in lower case, unknown keys are dropped, missing ones are null, a scalar becomes text in a
string column, numeric text becomes a number, a scalar becomes an array of one, and an array fills a struct by position.
What OpenX does with anything else is not documented, so it is refused (DataFormatConversion.MalformedData): an object
or array in a string column, a fraction or an overflow in a bigint, a scalar in a struct, an object in an array, a key
that occurs twice.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from laptop_cloud.services.firehose.records import CONVERSION_FAILED, RecordError, decode_values, make_strict_decoder

if TYPE_CHECKING:
    from laptop_cloud.services.firehose.column_types import Columns, ColumnType

_ARROW = {"string": pa.string(), "bigint": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
_INTEGER = re.compile(r"[+-]?[0-9]{1,19}")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_BIGINT = range(-(2**63), 2**63)


def read_rows(data: bytes, columns: Columns, *, fold_case: bool = True) -> list[dict[str, Any]]:
    """Fit the JSON objects of one record to the columns; RecordError if any of them cannot be."""
    objects = _parse_objects(data, fold_case=fold_case)
    if not objects:
        raise _malformed_error("The record was empty or contained only whitespace.")
    if not all(isinstance(item, dict) for item in objects):
        raise _malformed_error("The top level of the record must be a JSON object.")
    return [_fit_fields(item, columns, "", fold_case=fold_case) for item in objects]


def write_parquet(rows: Sequence[Mapping[str, Any]], columns: Columns, compression: str = "SNAPPY") -> bytes:
    """Write rows that `read_rows` has fitted."""
    schema = pa.schema([(name, _convert_to_arrow(kind)) for name, kind in columns.items()])
    sink = io.BytesIO()
    codec = "none" if compression == "UNCOMPRESSED" else compression.lower()
    # Without Arrow's own schema in the footer, which no other writer would add: some 13 KB an object.
    pq.write_table(pa.Table.from_pylist(list(rows), schema), sink, compression=codec, store_schema=False)
    return sink.getvalue()


def _convert_to_arrow(kind: ColumnType) -> pa.DataType:
    if kind.element is not None:
        return pa.list_(_convert_to_arrow(kind.element))
    if kind.name == "struct":
        return pa.struct([(name, _convert_to_arrow(field)) for name, field in kind.fields.items()])
    return _ARROW[kind.name]


def _parse_objects(data: bytes, *, fold_case: bool) -> list[Any]:
    def without_duplicates(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        keyed = [(key.lower() if fold_case else key, value) for key, value in pairs]
        result = dict(keyed)
        if len(result) < len(keyed):
            raise _malformed_error("A key occurs twice in one object.")
        return result

    decoder = make_strict_decoder(object_pairs_hook=without_duplicates)
    try:
        return [value for value, _, _ in decode_values(data.decode(), decoder)]
    except (ValueError, RecursionError) as error:
        message = f"Encountered malformed JSON: {error}"
        raise RecordError(CONVERSION_FAILED, "DataFormatConversion.ParseError", message) from error


def _fit_fields(value: Mapping[str, Any], fields: Columns, path: str, *, fold_case: bool) -> dict[str, Any]:
    return {
        name: _fit_value(value.get(name.lower() if fold_case else name), kind, f"{path}{name}", fold_case=fold_case)
        for name, kind in fields.items()
    }


def _fit_value(value: Any, kind: ColumnType, path: str, *, fold_case: bool) -> Any:
    if value is None:
        return None
    if kind.element is not None:
        items = value if isinstance(value, list) else [value]
        if isinstance(value, dict):
            raise _mismatch_error(path, "array", value)
        return [_fit_value(item, kind.element, f"{path}[]", fold_case=fold_case) for item in items]
    if kind.name == "struct":
        return _fit_struct(value, kind, path, fold_case=fold_case)
    if isinstance(value, dict | list):
        raise _mismatch_error(path, kind.name, value)
    return _SCALARS[kind.name](value, path)


def _fit_struct(value: Any, kind: ColumnType, path: str, *, fold_case: bool) -> dict[str, Any]:
    if isinstance(value, list):
        by_position = dict(zip((name.lower() if fold_case else name for name in kind.fields), value, strict=False))
        return _fit_fields(by_position, kind.fields, f"{path}.", fold_case=fold_case)
    if not isinstance(value, dict):
        raise _mismatch_error(path, "struct", value)
    return _fit_fields(value, kind.fields, f"{path}.", fold_case=fold_case)


def _to_string(value: Any, path: str) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise _malformed_error(f"Data does not match the schema. {path}: half a surrogate pair has no UTF-8") from error
    return text


def _to_bigint(value: Any, path: str) -> int:
    if isinstance(value, str) and _INTEGER.fullmatch(value):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value not in _BIGINT:
        raise _mismatch_error(path, "bigint", value)
    return value


def _to_double(value: Any, path: str) -> float:
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits and not (isinstance(value, str) and _NUMBER.fullmatch(value)):
        raise _mismatch_error(path, "double", value)
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise _mismatch_error(path, "double", value)
    return number


def _to_boolean(value: Any, path: str) -> bool:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if not isinstance(value, bool):
        raise _mismatch_error(path, "boolean", value)
    return value


_SCALARS = {"string": _to_string, "bigint": _to_bigint, "double": _to_double, "boolean": _to_boolean}


def _mismatch_error(path: str, kind: str, value: Any) -> RecordError:
    return _malformed_error(f"Data does not match the schema. {path}: expected {kind}, got {type(value).__name__}")


def _malformed_error(message: str) -> RecordError:
    return RecordError(CONVERSION_FAILED, "DataFormatConversion.MalformedData", message)
