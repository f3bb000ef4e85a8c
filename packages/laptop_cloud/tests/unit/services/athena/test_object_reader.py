"""Objects in the shape of their table: columns by name, whatever an object was written with."""

import gzip
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from laptop_cloud.services.athena.catalog import data_types
from laptop_cloud.services.athena.catalog.glue_catalog import ExternalTable
from laptop_cloud.services.athena.errors import QueryError
from laptop_cloud.services.athena.storage.object_reader import read_batches

COLUMNS = {
    "id": "bigint",
    "text": "string",
    "score": "double",
    "kept": "boolean",
    "user": "struct<id:bigint,screen_name:string,verified:boolean>",
    "labels": "array<struct<name:string,confidence:double,parents:array<struct<name:string>>>>",
}


def table(kind: str, serde_parameters: dict[str, str] | None = None) -> ExternalTable:
    columns = {name: data_types.from_hive(column) for name, column in COLUMNS.items()}
    return ExternalTable("lake", "posts", "s3://lake/posts/", kind, columns, serde_parameters=serde_parameters or {})


def parquet_rows(rows: pa.Table) -> list[dict]:
    body = io.BytesIO()
    pq.write_table(rows, body)
    body.seek(0)
    return [row for batch in read_batches(table("parquet"), "posts/a.parquet", body) for row in batch.to_pylist()]


def json_rows(*lines: object, key: str = "posts/a.json", **serde: str) -> list[dict]:
    texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    body = "\n".join(texts).encode()
    stored = gzip.compress(body) if key.endswith(".gz") else body
    return [row for batch in read_batches(table("json", serde), key, io.BytesIO(stored)) for row in batch.to_pylist()]


NOTHING = dict.fromkeys(COLUMNS)


def test_parquet_written_before_fields_were_added_reads_with_nulls_in_them():
    old = pa.table(
        {
            "user": pa.array([{"id": 1}, None], pa.struct([("id", pa.int64())])),
            "labels": pa.array(
                [[{"confidence": 0.5, "name": "Dog"}, None], None],
                pa.list_(pa.struct([("confidence", pa.float64()), ("name", pa.string())])),
            ),
            "id": pa.array([7, 8], pa.int64()),
        }
    )

    assert parquet_rows(old) == [
        {
            **NOTHING,
            "id": 7,
            "user": {"id": 1, "screen_name": None, "verified": None},
            "labels": [{"name": "Dog", "confidence": 0.5, "parents": None}, None],
        },
        {**NOTHING, "id": 8},
    ]


def test_parquet_columns_and_fields_that_left_the_table_are_not_read():
    new = pa.table({"ID": [7], "gone": ["x"], "User": [{"SCREEN_NAME": "ann", "gone": 1}]})

    assert parquet_rows(new) == [
        {**NOTHING, "id": 7, "user": {"id": None, "screen_name": "ann", "verified": None}},
    ]


def test_parquet_of_a_sliced_list_keeps_each_row_its_own_elements():
    rows = pa.table({"labels": [[{"name": "a"}], [{"name": "b"}, {"name": "c"}], [], None, [{"name": "d"}]]}).slice(1)

    names = [[label["name"] for label in row["labels"] or []] for row in parquet_rows(rows)]

    assert names == [["b", "c"], [], [], ["d"]]


def test_narrow_parquet_numbers_widen():
    rows = pa.table({"id": pa.array([7], pa.int32()), "score": pa.array([0.5], pa.float32())})

    assert parquet_rows(rows) == [{**NOTHING, "id": 7, "score": 0.5}]


def test_parquet_of_another_type_is_refused():
    with pytest.raises(
        QueryError, match=r"Field user\.id's type string in parquet file is incompatible with type int64"
    ):
        parquet_rows(pa.table({"user": [{"id": "1"}]}))


def test_a_damaged_parquet_object_is_named():
    with pytest.raises(QueryError, match=r"posts/a\.parquet") as error:
        list(read_batches(table("parquet"), "posts/a.parquet", io.BytesIO(b"no parquet")))

    assert error.value.code == "HIVE_BAD_DATA"


@pytest.mark.parametrize("key", ["posts/a.json", "posts/a.json.gz"])
def test_json_keys_match_whatever_their_case(key):
    line = {"ID": 1, "User": {"Screen_Name": "ann"}, "LABELS": [{"Name": "Dog", "Parents": [{"NAME": "Pet"}]}]}

    assert json_rows(line, key=key) == [
        {
            **NOTHING,
            "id": 1,
            "user": {"id": None, "screen_name": "ann", "verified": None},
            "labels": [{"name": "Dog", "confidence": None, "parents": [{"name": "Pet"}]}],
        }
    ]


def test_json_scalars_become_what_the_column_is():
    line = {"id": "12", "text": {"a": [1]}, "score": 3, "kept": "true"}

    assert json_rows(line) == [{**NOTHING, "id": 12, "text": '{"a":[1]}', "score": 3.0, "kept": True}]


@pytest.mark.parametrize("line", ["", "  ", "null", "9", '"text"'])
def test_a_line_that_is_not_an_object_is_a_row_of_nulls(line):
    assert json_rows({"id": 1}, line, {"id": 2}) == [{**NOTHING, "id": 1}, NOTHING, {**NOTHING, "id": 2}]


def test_an_array_gives_the_columns_in_their_order():
    assert json_rows('["5", "five"]') == [{**NOTHING, "id": 5, "text": "five"}]


@pytest.mark.parametrize("line", ['{"id": 1', "[1", '{"id": 1, "ID": 2}'])
def test_a_malformed_line_fails_the_query_and_is_named(line):
    with pytest.raises(QueryError, match=r"posts/a\.json, line 2") as error:
        json_rows({"id": 1}, line)

    assert error.value.code == "HIVE_CURSOR_ERROR"


def test_a_malformed_line_is_a_row_of_nulls_where_the_table_says_so():
    rows = json_rows({"id": 1}, "{broken", **{"ignore.malformed.json": "TRUE"})

    assert rows == [{**NOTHING, "id": 1}, NOTHING]


@pytest.mark.parametrize(
    ("value", "number"),
    [("x", None), ("", None), (True, None), (2**64, None), (11.9, 11), ("-1.5e1", -15), (10**18 + 1, 10**18 + 1)],
)
def test_what_is_not_a_whole_number_is_null_or_cut_off(value, number):
    assert json_rows({"id": value}) == [{**NOTHING, "id": number}]


def test_what_is_not_a_number_is_null_and_what_is_not_true_is_false():
    assert json_rows({"score": "x", "kept": 1}, {"kept": "TRUE"}) == [
        {**NOTHING, "kept": False},
        {**NOTHING, "kept": True},
    ]


@pytest.mark.parametrize("line", [{"user": ""}, {"labels": {}}, {"id": [1]}])
def test_a_value_that_is_not_of_its_columns_type_fails_the_query(line):
    with pytest.raises(QueryError, match=r"posts/a\.json, line 1") as error:
        json_rows(line)

    assert error.value.code == "HIVE_BAD_DATA"


def test_a_column_may_have_another_key():
    assert json_rows({"tweetText": "x"}, **{"mapping.text": "tweettext"}) == [{**NOTHING, "text": "x"}]
