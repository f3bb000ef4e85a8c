"""Results as CSV, JSON and Parquet: values as exact as Athena's text."""

import datetime as dt
import io
import json
import math
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from photolake_cli.errors import CommandError
from photolake_cli.query.export import open_output, write_csv, write_json, write_parquet
from photolake_cli.query.result import Column, QueryResult

COLUMNS = {
    "id": ("bigint", "2030500000000000001"),
    "n": ("integer", "7"),
    "share": ("double", "1.0E7"),
    "sure": ("boolean", "true"),
    "text": ("varchar", 'a "quoted", word\nand a line'),
    "day": ("date", "2026-03-01"),
    "at": ("timestamp", "2026-03-01 04:05:06.789"),
    "price": ("decimal", "12345678901234567890.12"),
    "labels": ("array", "[{name=Cat, confidence=99.5}]"),
    "zoned": ("timestamp with time zone", "2026-10-25 02:30:00.000 Europe/Berlin"),
    "raw": ("varbinary", "de ad"),
}


def result(columns, *pages):
    decimal = {"decimal": (38, 2)}
    return QueryResult([Column(name, kind, *decimal.get(kind, ())) for name, kind in columns], iter(pages))


def full(*more):
    columns = [(name, kind) for name, (kind, _) in COLUMNS.items()]
    values = [text for _, text in COLUMNS.values()]
    return result(columns, [values, *more])


def csv_of(result):
    out = io.StringIO()
    return write_csv(result, out), out.getvalue()


def json_of(result):
    out = io.StringIO()
    return write_json(result, out), json.loads(out.getvalue())


def parquet_of(result):
    out = io.BytesIO()
    return write_parquet(result, out), pq.read_table(out)


def test_csv_tells_null_from_empty_text():
    rows = [["Cat", "2"], [None, "1"], ["", None]]

    assert csv_of(result([("label", "varchar"), ("photos", "bigint")], rows[:2], rows[2:])) == (
        3,
        'label,photos\nCat,2\n,1\n"",\n',
    )


def test_csv_quotes_what_a_reader_would_take_for_a_separator_or_trim():
    rows = [["a,b"], ['say "hi"'], ["two\nlines"], [" led by a blank"]]

    assert csv_of(result([("text", "varchar")], rows))[1] == (
        'text\n"a,b"\n"say ""hi"""\n"two\nlines"\n" led by a blank"\n'
    )


def test_json_keeps_ids_exact_and_has_no_nan():
    columns = [("id", "bigint"), ("n", "smallint"), ("share", "double"), ("sure", "boolean"), ("price", "decimal")]
    rows = [["2030500000000000001", "7", "NaN", "false", "1.10"], [None] * 5]

    assert json_of(result(columns, rows[:1], rows[1:])) == (
        2,
        [
            {"id": "2030500000000000001", "n": 7, "share": None, "sure": False, "price": "1.10"},
            dict.fromkeys(["id", "n", "share", "sure", "price"]),
        ],
    )


def test_json_of_no_rows_is_an_empty_array():
    assert json_of(result([("id", "bigint")])) == (0, [])


def test_parquet_has_the_columns_types_and_text_for_what_has_none():
    rows, table = parquet_of(full([None] * len(COLUMNS)))

    assert rows == 2
    assert {field.name: field.type for field in table.schema} == {
        "id": pa.int64(),
        "n": pa.int32(),
        "share": pa.float64(),
        "sure": pa.bool_(),
        "text": pa.string(),
        "day": pa.date32(),
        "at": pa.timestamp("ms"),
        "price": pa.decimal128(38, 2),
        "labels": pa.string(),
        "zoned": pa.string(),
        "raw": pa.binary(),
    }
    assert table.to_pylist() == [
        {
            "id": 2030500000000000001,
            "n": 7,
            "share": 1e7,
            "sure": True,
            "text": 'a "quoted", word\nand a line',
            "day": dt.date(2026, 3, 1),
            "at": dt.datetime(2026, 3, 1, 4, 5, 6, 789000),
            "price": Decimal("12345678901234567890.12"),
            "labels": "[{name=Cat, confidence=99.5}]",
            "zoned": "2026-10-25 02:30:00.000 Europe/Berlin",
            "raw": b"\xde\xad",
        },
        dict.fromkeys(COLUMNS),
    ]


def test_parquet_reads_every_double_that_athena_writes():
    texts = ["NaN", "Infinity", "-Infinity", "5.0E-324"]

    found = parquet_of(result([("x", "double")], [[text] for text in texts]))[1]["x"].to_pylist()

    assert math.isnan(found[0])
    assert found[1:] == [math.inf, -math.inf, 5e-324]


def test_parquet_of_no_rows_keeps_the_columns():
    assert parquet_of(result([("id", "bigint")]))[1].schema == pa.schema([("id", pa.int64())])


def test_parquet_has_every_row_of_many_pages():
    pages = [[[str(1000 * page + i)] for i in range(1000)] for page in range(60)]

    rows, table = parquet_of(result([("id", "bigint")], *pages))

    assert rows == 60_000
    assert table["id"].to_pylist() == list(range(60_000))


def test_a_value_that_parquet_cannot_hold_names_its_column():
    with pytest.raises(CommandError, match=r"^Column day \(date\) does not fit into Parquet: .*--format csv$"):
        parquet_of(result([("day", "date")], [["12026-01-01"]]))


@pytest.mark.parametrize("write", [json_of, parquet_of])
def test_columns_of_one_name_are_refused_where_one_would_be_lost(write):
    with pytest.raises(CommandError, match="Several columns are named id"):
        write(result([("id", "bigint"), ("id", "bigint")], [["1", "2"]]))


def test_csv_holds_columns_of_one_name():
    assert csv_of(result([("id", "bigint"), ("id", "bigint")], [["1", "2"]]))[1] == "id,id\n1,2\n"


def test_a_parquet_file_is_written_in_groups_that_fit_into_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("photolake_cli.query.export.ROW_GROUP_CHARACTERS", 10)
    result = QueryResult([Column("text", "varchar")], iter([[("a" * 6,), ("b" * 6,)], [("c",), (None,)]]))

    with open_output(tmp_path / "rows.parquet", binary=True) as out:
        assert write_parquet(result, out) == 4

    file = pq.ParquetFile(tmp_path / "rows.parquet")
    assert file.num_row_groups == 2
    assert file.read()["text"].to_pylist() == ["a" * 6, "b" * 6, "c", None]


def test_a_csv_file_quotes_what_its_delimiter_needs():
    out = io.StringIO()

    write_csv(QueryResult([Column("a", "varchar"), Column("b", "varchar")], iter([[("x;y", "x,y")]])), out, ";")

    assert out.getvalue() == 'a;b\n"x;y";x,y\n'
