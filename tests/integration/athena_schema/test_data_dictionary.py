"""docs/data_dictionary.md describes the views as Athena infers them: each column and field, none besides."""

import datetime

import boto3
import pytest

from tests import resolved_template
from tests.data_dictionary import VIEWS, Dictionary, athena, columns, differences
from tests.synthetic_lake.warehouse import DATABASE, LANDING, REGION, SQL, open_warehouse

TEXT = (resolved_template.ROOT / "docs/data_dictionary.md").read_text()
NAMES = sorted(path.stem for path in (SQL / "views").glob("*.sql"))
NOW = datetime.datetime(2026, 3, 10, tzinfo=datetime.UTC)


def relations(glue, database):
    tables = glue.get_tables(DatabaseName=database)["TableList"]
    return {
        table["Name"]: columns([*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])])
        for table in tables
    }


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """The columns of every landing table and view, in Athena's words, after the views were created."""
    with open_warehouse(tmp_path_factory.mktemp("athena"), NOW) as lake:
        lake.create_views()
        glue = boto3.client("glue", REGION)
        found = relations(glue, LANDING) | relations(glue, DATABASE)
    return {name: {path: athena(kind) for path, kind in its.items()} for name, its in found.items()}


def differences_of(text, view, catalog):
    return differences(Dictionary(text).view(view, catalog), catalog[view])


def test_every_view_is_described_and_no_other():
    assert sorted(Dictionary(TEXT).names(VIEWS)) == NAMES


@pytest.mark.parametrize("view", NAMES)
def test_every_column_of_a_view_is_described_with_its_type(view, catalog):
    assert differences_of(TEXT, view, catalog) == []


@pytest.mark.parametrize(
    ("before", "after", "view", "expected"),
    [
        (
            "every column but `source_json`",
            "every column but `lang`",
            "tweets",
            ["lang: not in the dictionary", "source_json: in the dictionary only"],
        ),
        (
            "[`tweets`](#tweets): `text`.",
            "[`tweets`](#tweets): `words`.",
            "media_rekognition",
            ["text: not in the dictionary", "words: in the dictionary only"],
        ),
        (
            "| `posted_on` | `date` |",
            "| `posted_on` | `varchar` |",
            "tweets",
            ["posted_on: date, in the dictionary varchar"],
        ),
        (
            "`row` [emotion](#emotion)",
            "`row` [landmark](#landmark)",
            "media_image_labels_face_query",
            [
                "top_emotion.confidence: not in the dictionary",
                "top_emotion.x: in the dictionary only",
                "top_emotion.y: in the dictionary only",
            ],
        ),
    ],
)
def test_a_dictionary_that_is_wrong_about_a_view_is_told_by_the_name_of_the_column(
    before, after, view, expected, catalog
):
    assert before in TEXT
    assert differences_of(TEXT.replace(before, after), view, catalog) == expected


def test_a_column_taken_over_from_where_there_is_none_is_a_difference(catalog):
    text = TEXT.replace("[`tweets`](#tweets): `retweeted`", "[`photos`](#photos): `retweeted`")

    assert differences_of(text, "celeb_view", catalog) == [
        "retweeted: boolean, in the dictionary as in photos, which has none",
        "post_url: varchar, in the dictionary as in photos, which has none",
    ]
