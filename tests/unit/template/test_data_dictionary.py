"""docs/data_dictionary.md describes the landing tables of the template: each column and field, none besides."""

import re

import pytest

from tests import data_dictionary, data_dictionary_page, resolved_template
from tests.data_dictionary import LANDING, Dictionary, anchor, columns, differences

TEXT = (resolved_template.ROOT / "docs/data_dictionary.md").read_text()
RELATION_FACTS = ("- **One row per** ", "- **Key:** ", "- **`dt`:** ")


@pytest.fixture(scope="module")
def dictionary():
    return Dictionary(TEXT)


def landing_tables():
    inputs = [
        resolved_template.table_input(name)
        for name, resource in resolved_template.transformed().document["Resources"].items()
        if resource["Type"] == "AWS::Glue::Table"
    ]
    return {
        table["Name"]: columns([*table["StorageDescriptor"]["Columns"], *table.get("PartitionKeys", [])])
        for table in inputs
    }


def differences_of(text, table):
    return differences(Dictionary(text).table(table), landing_tables()[table])


def test_every_landing_table_is_described_and_no_other(dictionary):
    assert sorted(dictionary.names(LANDING)) == sorted(landing_tables())


@pytest.mark.parametrize("table", Dictionary(TEXT).names(LANDING))
def test_every_column_of_a_landing_table_is_described_with_its_type(table):
    assert differences_of(TEXT, table) == []


def test_the_page_describes_the_landing_columns_in_the_words_of_the_template():
    assert data_dictionary_page.page(TEXT) == TEXT, "make docs writes the page"


def test_a_column_of_another_type_or_comment_is_written_into_the_page():
    spoilt = TEXT.replace("| `id` | `bigint` | X's number of the post |", "| `id` | `string` | A number |")

    assert spoilt != TEXT
    assert data_dictionary_page.page(spoilt) == TEXT


def test_every_landing_column_has_a_comment_that_glue_takes():
    # https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-catalog-tables.html: at most 255 bytes.
    comments = {
        (table, name): comment
        for table, described in data_dictionary_page.described_columns().items()
        for name, (_, comment) in described.items()
    }

    assert comments
    assert {key for key, comment in comments.items() if not comment or len(comment.encode()) > 255} == set()


def test_every_table_and_view_says_what_its_rows_are_what_its_key_is_and_what_dt_means(dictionary):
    for section in dictionary.sections:
        if section.names:
            assert [fact for fact in RELATION_FACTS if fact not in section.text] == [], section.heading


def test_every_structure_is_used(dictionary):
    assert dictionary.unused_structures() == set()


def test_every_link_within_the_document_leads_to_a_heading():
    headings = {anchor(heading) for heading in re.findall(r"^##+ (.+)$", TEXT, re.MULTILINE)}

    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) - headings == set()


@pytest.mark.parametrize(
    ("before", "after", "table", "expected"),
    [
        ("| `user.screen_name` |", "| `user.handle` |", "posts", ["user.screen_name", "user.handle"]),
        ("| `tweetid` | `bigint` | Post that", "| `tweetid` | `string` | Post that", "photos", ["tweetid"]),
        ("| `pitch` | `double` |", "| `tilt` | `double` |", "analyses", ["image_labels.facedetails[].pose.pitch"]),
        (
            "| `array<struct>` of [landmark](#landmark) |",
            "| `struct` [landmark](#landmark) |",
            "analyses",
            ["image_labels.facedetails[].landmarks", "image_labels.facedetails[].landmarks[].x"],
        ),
        ("| `id` | `bigint` | Post to", "| `reason` | `bigint` | Post to", "deletions", ["id", "reason"]),
    ],
)
def test_a_dictionary_that_is_wrong_is_told_by_the_name_of_the_column(before, after, table, expected):
    assert before in TEXT

    found = differences_of(TEXT.replace(before, after), table)

    assert found
    assert set(expected) <= {line.split(":")[0] for line in found}


def test_each_kind_of_difference_has_its_own_words():
    documented = {"id": "bigint", "user": "struct", "user.name": "string"}
    actual = {"id": "string", "user": "struct", "user.age": "bigint"}

    assert differences(documented, actual) == [
        "user.age: not in the dictionary",
        "user.name: in the dictionary only",
        "id: string, in the dictionary bigint",
    ]


def test_a_column_is_read_down_to_its_leaves():
    hive = "struct<boxes:array<struct<left:double,ring:array<array<double>>>>,tags:array<string>>"

    assert columns([{"Name": "a", "Type": hive}]) == {
        "a": "struct",
        "a.boxes": "array<struct>",
        "a.boxes[].left": "double",
        "a.boxes[].ring": "array<array<double>>",
        "a.tags": "array<string>",
    }


def test_a_column_that_is_described_twice_is_a_difference():
    text = TEXT.replace("| `status_message` |", "| `status` |")

    assert "status: string, in the dictionary described twice" in differences_of(text, "photos")


@pytest.mark.parametrize(
    "row",
    [
        "| `status_message` | string | Why | never | photolake |",
        "| `status_message` | `string` | Why |  | photolake |",
        "| `status_message` | `string` | Why | photolake |",
    ],
)
def test_a_row_without_a_type_a_meaning_when_it_is_null_or_a_source_is_an_error(row):
    with pytest.raises(ValueError, match="status_message"):
        Dictionary(re.sub(r"^\| `status_message` .*$", row, TEXT, flags=re.MULTILINE))


@pytest.mark.parametrize(
    ("hive", "athena"),
    [("string", "varchar"), ("array<struct>", "array(row)"), ("timestamp", "timestamp(3)"), ("bigint", "bigint")],
)
def test_kinds_are_said_in_athenas_words_too(hive, athena):
    assert data_dictionary.athena(hive) == athena
    assert data_dictionary.athena(athena) == athena
