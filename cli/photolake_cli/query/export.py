"""An answer as CSV, JSON or Parquet, written while its rows arrive."""

from __future__ import annotations

import enum
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

from photolake_cli.errors import CommandError
from photolake_cli.query.values import json_value

if TYPE_CHECKING:
    import pyarrow as pa

    from photolake_cli.query.result import Answer, Column, Row

ROW_GROUP_PAGES = 50
_TO_BE_QUOTED = re.compile(r'[",\r\n]|^\s|\s$|^$')


class Format(enum.StrEnum):
    """How a query's rows are given."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def write_csv(answer: Answer, out: IO[str]) -> int:
    """Write a header and the rows as Athena wrote them; returns how many. Null is nothing, empty text is `""`."""
    out.write(_csv_line(answer.names))
    rows = 0
    for page in answer.pages:
        out.writelines(map(_csv_line, page))
        rows += len(page)
    return rows


def write_json(answer: Answer, out: IO[str]) -> int:
    """Write an array with an object on each line; returns how many.

    Integers that a browser could not hold exactly are strings, NaN and infinity are null: JSON has neither.
    """
    _refuse_namesakes(answer)
    columns = [(column.name, column.type) for column in answer.columns]
    rows = 0
    for rows, row in enumerate(answer.rows, 1):
        record = {name: json_value(text, kind) for (name, kind), text in zip(columns, row, strict=True)}
        out.write(f"{'[' if rows == 1 else ','}\n  {json.dumps(record, ensure_ascii=False)}")
    out.write("\n]\n" if rows else "[]\n")
    return rows


def write_parquet(answer: Answer, out: IO[bytes]) -> int:
    """Write a Parquet file with the columns' own types; returns the number of rows.

    Rows, arrays, maps and JSON stay text, as do times with a zone: what Athena writes of them cannot be read back
    exactly. A value outside its Arrow type's range is a CommandError that names the column.
    """
    # They take a moment to import, which no other format needs to wait for.
    import pyarrow as pa
    import pyarrow.parquet as pq

    _refuse_namesakes(answer)
    schema = pa.schema([(column.name, _arrow_type(column)) for column in answer.columns])
    rows = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for group in _groups(answer.pages):
            arrays = [_array(column, [row[i] for row in group]) for i, column in enumerate(answer.columns)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += len(group)
    return rows


def _csv_line(row: Row) -> str:
    line = ",".join(_csv_value(text) for text in row)
    return f"{line}\n"


def _csv_value(text: str | None) -> str:
    if text is None:
        return ""
    return '"{}"'.format(text.replace('"', '""')) if _TO_BE_QUOTED.search(text) else text


def _refuse_namesakes(answer: Answer) -> None:
    if names := [name for name, times in Counter(answer.names).items() if times > 1]:
        raise CommandError(
            f"Several columns are named {', '.join(names)}, which only CSV and tables can hold: rename them by `as`, "
            "or take --format csv"
        )


def _groups(pages: Iterator[Sequence[Row]]) -> Iterator[list[Row]]:
    group: list[Row] = []
    for number, page in enumerate(pages, 1):
        group.extend(page)
        if number % ROW_GROUP_PAGES == 0:
            yield group
            group = []
    if group:
        yield group


def _arrow_type(column: Column) -> pa.DataType:
    import pyarrow as pa

    if column.type == "decimal":
        return pa.decimal128(column.precision, column.scale)
    types = {
        "tinyint": pa.int8(),
        "smallint": pa.int16(),
        "integer": pa.int32(),
        "bigint": pa.int64(),
        "real": pa.float32(),
        "float": pa.float32(),
        "double": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("ms"),
        "varbinary": pa.binary(),
    }
    return types.get(column.type, pa.string())


def _array(column: Column, texts: list[str | None]) -> Any:
    import pyarrow as pa

    if column.type == "varbinary":
        return pa.array([None if text is None else bytes.fromhex(text) for text in texts], pa.binary())
    try:
        return pa.array(texts, pa.string()).cast(_arrow_type(column))
    except pa.ArrowInvalid as error:
        raise CommandError(
            f"Column {column.name} ({column.type}) does not fit into Parquet: {error}. "
            "Cast it in SQL, or take --format csv"
        ) from error
