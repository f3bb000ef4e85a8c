"""Objects of a table as Arrow batches in the shape of its Glue columns; names match whatever their case.

What is missing in an object is null: columns, and fields of structs that were added after it was written.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import zlib
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.errors import NOT_AVAILABLE, QueryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable

_LINES_PER_BATCH = 2_000
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_BIGINT = range(-(2**63), 2**63)


def build_schema(table: ExternalTable) -> pa.Schema:
    """The Arrow schema of the table's own columns, without its partition keys."""
    return pa.schema([pa.field(name, data_types.to_arrow(kind)) for name, kind in table.columns.items()])


def read_batches(table: ExternalTable, key: str, body: IO[bytes]) -> Iterator[pa.RecordBatch]:
    """The rows of one object, in memory of one batch; QueryError names the object that cannot be read."""
    try:
        if table.format == "parquet":
            yield from _read_parquet(table, body)
        else:
            yield from _json_lines(table, key, body)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, EOFError, OverflowError, zlib.error) as error:
        code = "HIVE_CURSOR_ERROR" if table.format == "json" else "HIVE_BAD_DATA"
        raise QueryError(code, f"{error} ({table.location}: {key})") from error


def _read_parquet(table: ExternalTable, body: IO[bytes]) -> Iterator[pa.RecordBatch]:
    schema = build_schema(table)
    with pq.ParquetFile(body) as file:
        for batch in file.iter_batches():
            found = {name.lower(): batch.column(index) for index, name in enumerate(batch.schema.names)}
            yield pa.record_batch(
                [fit_array(found.get(field.name), field.type, field.name, len(batch)) for field in schema],
                schema=schema,
            )


def fit_array(values: pa.Array | None, kind: pa.DataType, name: str, length: int) -> pa.Array:
    """The values as the type has them, its fields by name whatever their case; QueryError if they do not fit."""
    if values is None or pa.types.is_null(values.type):
        return pa.nulls(length, kind)
    if values.type == kind:
        return values
    if pa.types.is_struct(kind) and pa.types.is_struct(values.type):
        found = {field.name.lower(): index for index, field in enumerate(values.type)}
        children = values.flatten()
        fitted = [
            fit_array(
                children[found[field.name]] if field.name in found else None, field.type, f"{name}.{field.name}", length
            )
            for field in kind
        ]
        return pa.StructArray.from_arrays(fitted, fields=list(kind), mask=values.is_null())
    if pa.types.is_list(kind) and (pa.types.is_list(values.type) or pa.types.is_large_list(values.type)):
        return _fit_list(values, kind, name)
    if _can_widen(values.type, kind):
        return values.cast(kind)
    raise QueryError(
        "HIVE_BAD_DATA",
        f"Field {name}'s type {values.type} in parquet file is incompatible with type {kind} defined in table schema",
    )


def _fit_list(values: pa.Array, kind: pa.DataType, name: str) -> pa.Array:
    # Slices keep their parent's offsets, and nulls may cover elements: rebuild both from the lengths.
    elements = values.flatten()
    lengths = values.value_lengths().fill_null(0).to_pylist()
    offsets = pa.array([0, *itertools.accumulate(lengths)], pa.int32())
    fitted = fit_array(elements, kind.value_type, name, len(elements))
    return pa.ListArray.from_arrays(offsets, fitted, type=kind, mask=values.is_null())


def _can_widen(found: pa.DataType, kind: pa.DataType) -> bool:
    if pa.types.is_signed_integer(kind):
        return bool(pa.types.is_signed_integer(found) and found.bit_width <= kind.bit_width)
    if pa.types.is_floating(kind):
        return bool(pa.types.is_floating(found) and found.bit_width <= kind.bit_width)
    if pa.types.is_string(kind):
        return bool(pa.types.is_large_string(found))
    return bool(pa.types.is_timestamp(kind) and pa.types.is_timestamp(found)) or bool(
        pa.types.is_map(kind) and pa.types.is_map(found)
    )


def _json_lines(table: ExternalTable, key: str, body: IO[bytes]) -> Iterator[pa.RecordBatch]:
    schema = build_schema(table)
    # As in Hive, the name says whether an object is compressed.
    lines = gzip.GzipFile(fileobj=body, mode="rb") if key.endswith(".gz") else body
    rows = (_read_row(table, key, number, line) for number, line in enumerate(lines, 1))
    while batch := list(itertools.islice(rows, _LINES_PER_BATCH)):
        yield pa.RecordBatch.from_pylist(batch, schema=schema)


def _read_row(table: ExternalTable, key: str, number: int, line: bytes) -> dict[str, Any]:
    # As the OpenX SerDe does: a line that begins neither an object nor an array, an empty one too, is a row of nulls.
    if not line.lstrip().startswith((b"{", b"[")):
        return {}
    try:
        found = json.loads(line, object_pairs_hook=_lower_keys)
    except ValueError as error:
        if table.serde_parameters.get("ignore.malformed.json", "").lower() == "true":
            return {}
        reason = f"Row is not a valid JSON Object - JSONException: {error} ({key}, line {number})"
        raise QueryError("HIVE_CURSOR_ERROR", reason) from error
    values = _by_column(table, found)
    try:
        return {name: read_json_value(values.get(name), kind, name) for name, kind in table.columns.items()}
    except ValueError as error:
        raise QueryError("HIVE_BAD_DATA", f"{error} ({key}, line {number})") from error


def _by_column(table: ExternalTable, found: dict[str, Any] | list[Any]) -> dict[str, Any]:
    """A line's values by column: an array gives them in the columns' order."""
    if isinstance(found, list):
        return dict(zip(table.columns, found, strict=False))
    renamed = _read_key_mappings(table.serde_parameters)
    return {name: found.get(renamed.get(name, name)) for name in table.columns}


def _lower_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = {key.lower(): value for key, value in pairs}
    if len(found) < len(pairs):
        raise ValueError("Duplicate key")
    return found


def _read_key_mappings(parameters: Mapping[str, str]) -> dict[str, str]:
    if parameters.get("case.insensitive", "true").lower() == "false":
        raise QueryError("NOT_SUPPORTED", f"case.insensitive=false {NOT_AVAILABLE}")
    return {
        name.removeprefix("mapping.").lower(): key.lower()
        for name, key in parameters.items()
        if name.startswith("mapping.")
    }


def read_json_value(value: Any, kind: Any, path: str) -> Any:
    """A JSON value as its column's type takes it; ValueError when it does not fit."""
    name = data_types.to_athena(kind)
    if value is None:
        return None
    if name == "row":
        _check_json_type(value, dict, path, kind)
        return {
            field: read_json_value(value.get(field), inner, f"{path}.{field}")
            for field, inner in data_types.struct_fields(kind)
        }
    if name == "array":
        _check_json_type(value, list, path, kind)
        return [read_json_value(item, data_types.element_type(kind), path) for item in value]
    if name == "map":
        _check_json_type(value, dict, path, kind)
        return [(key, read_json_value(item, kind.expressions[1], path)) for key, item in value.items()]
    return _read_scalar(value, name, path)


def _check_json_type(value: Any, kind: type, path: str, wanted: Any) -> None:
    if not isinstance(value, kind):
        raise ValueError(f"{path}: {json.dumps(value)[:80]} cannot be cast to {data_types.to_trino(wanted)}")


def _read_scalar(value: Any, name: str, path: str) -> Any:
    """Coerce a scalar as Trino's OpenX reader does: text that is not a number is null, anything but `true` is false."""
    if name == "varchar":
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    text = str(value)
    if isinstance(value, (bool, int, float, str)):
        if name == "boolean":
            return text.lower() == "true"
        if name in ("bigint", "integer", "smallint", "tinyint"):
            whole = int(Decimal(text)) if _NUMBER.fullmatch(text) else None
            return whole if whole is not None and whole in _BIGINT else None
        if name in ("double", "real"):
            return float(text) if _NUMBER.fullmatch(text) or text == "NaN" else None
    raise ValueError(f"{path}: {json.dumps(value)[:80]} cannot be cast to {name}")
