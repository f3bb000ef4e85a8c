"""The sheets fit together and fit their data sets, and what does not is seen."""

import pytest

from quicksight.data_sets import DATA_SETS
from quicksight.definition import name_visuals
from quicksight.sheets import SHEETS
from tests.quicksight_checks import Checker, of_type, walk

PERSONAL = {"author", "screen_name", "text", "alt_text", "user"}


def sheet(definition, name):
    return next(item for item in definition["Sheets"] if item["SheetId"] == name)


def visual(definition, name):
    return next(item for item in walk(definition["Sheets"]) if item.get("VisualId") == name and "Title" in item)


def element(definition, name):
    return next(item for item in walk(definition["Sheets"]) if item.get("ElementId") == name)


def group(definition, name):
    return next(item for item in definition["FilterGroups"] if item["FilterGroupId"] == name)


def field(definition, name):
    return next(item for item in walk(definition["Sheets"]) if item.get("FieldId") == name and "Column" in item)


def formula(definition, name):
    return next(item for item in definition["CalculatedFields"] if item["Name"] == name)


def rename(document, data_set, old, new):
    for item in walk(document["Resources"][data_set]):
        if item.get("NewColumnName") == old:
            item["NewColumnName"] = new


def retype(document, data_set, column, kind):
    for item in walk(document["Resources"][data_set]["Properties"]["PhysicalTableMap"]):
        if item.get("Name") == column:
            item["Type"] = kind


MUTATIONS = {
    "a field of no column": (
        lambda d: field(d, "overview-posts-value")["Column"].update(ColumnName="Tweet"),
        "no column Tweet in posts",
    ),
    "a field of another data set": (
        lambda d: field(d, "overview-posts-by-platform-color")["Column"].update(DataSetIdentifier="photos"),
        "overview, overview-posts-by-platform: fields of several data sets",
    ),
    "a number as a category": (
        lambda d: field(d, "overview-posts-by-platform-color")["Column"].update(ColumnName="Photos"),
        "overview, overview-posts-by-platform: Photos is no CategoricalDimensionField",
    ),
    "two fields with one id": (
        lambda d: field(d, "overview-posts-by-platform-color").update(FieldId="overview-posts-by-platform-value"),
        "overview, overview-posts-by-platform: no fields, or two with one id",
    ),
    "sorting by a field that is not there": (
        lambda d: field(d, "overview-posts-by-query-value").update(FieldId="value"),
        "overview, overview-posts-by-query: no field overview-posts-by-query-value",
    ),
    "a formula over no column": (
        lambda d: formula(d, "Share positive").update(Expression="countIf({Post}, {Mood} = 'x') / count({Post})"),
        "Share positive: no column Mood",
    ),
    "a formula with an unknown function": (
        lambda d: formula(d, "Share positive").update(Expression="counts({Post})"),
        "Share positive: unknown function counts",
    ),
    "a formula with an unknown parameter": (
        lambda d: formula(d, "Side (posts)").update(Expression="ifelse({Query} = ${Query}, 'A', 'B')"),
        "Side (posts): no parameter Query",
    ),
    "a formula without its end": (
        lambda d: formula(d, "Share positive").update(Expression="count({Post}"),
        "Share positive: parentheses",
    ),
    "a parameter that nobody can choose": (
        lambda d: sheet(d, "compare")["ParameterControls"].pop(),
        "controls for ['QueryA', 'QueryB', 'EntityA'], parameters ['QueryA', 'QueryB', 'EntityA', 'EntityB']",
    ),
    "a sheet without a filter": (
        lambda d: sheet(d, "spread")["FilterControls"].pop(),
        "spread: controls ['filter-posted-at', 'filter-platform', 'filter-language']",
    ),
    "a filter of one data set": (
        lambda d: group(d, "all-platform").update(CrossDataset="SINGLE_DATASET"),
        "Platform does not filter all sheets",
    ),
    "a filter of a visual that is not there": (
        lambda d: visual(d, "compare-sentiment").update(VisualId="compare-feelings"),
        "compare-sentiment-only-side-posts-values: no visual compare-sentiment with its data",
    ),
    "two visuals with one id": (
        lambda d: visual(d, "compare-sentiment").update(VisualId="compare-in-numbers"),
        "two things have the id compare-in-numbers",
    ),
    "an id with a blank": (
        lambda d: sheet(d, "spread").update(SheetId="the spread"),
        "a bad id: the spread",
    ),
    "a visual without a place": (
        lambda d: element(d, "overview-posts").update(ElementId="overview-post"),
        "overview: not everything is laid out once",
    ),
    "a visual beyond the grid": (
        lambda d: element(d, "overview-impressions").update(ColumnIndex=31),
        "overview-impressions is beyond the grid",
    ),
    "a visual on another": (
        lambda d: element(d, "overview-photos").update(ColumnIndex=1),
        "overview-posts and overview-photos overlap",
    ),
    "a picture that may be unsafe": (
        lambda d: d["FilterGroups"].remove(group(d, "spread-the-most-repeated-pictures-only-moderation-label")),
        "spread-the-most-repeated-pictures may show what is unsafe",
    ),
    "a picture among suspect content": (
        lambda d: sheet(d, "pictures").update(SheetId="suspect-content"),
        "pictures-photos-the-newest-first may show what is unsafe",
    ),
    "a link that is not in the row": (
        lambda d: field(d, "suspect-content-posts-by-3")["Column"].update(ColumnName="Photo"),
        "suspect-content, suspect-content-posts: the link needs Post link",
    ),
}
DOCUMENT_MUTATIONS = {
    "a column by which all sheets filter is missing from a data set": (
        lambda d: rename(d, "Faces", "Language", "Tongue"),
        "Language is not in every data set with one type",
    ),
    "it has another type there": (
        lambda d: retype(d, "Faces", "posted_at", "STRING"),
        "Posted at is not in every data set with one type",
    ),
    "the analysis is another than the dashboard": (
        lambda d: d["Resources"]["Analysis"]["Properties"]["Definition"]["Sheets"].pop(),
        "analysis and dashboard differ",
    ),
}


def test_nothing_is_wrong(document):
    assert Checker(document).find_problems() == []


@pytest.mark.parametrize(("spoil", "problem"), MUTATIONS.values(), ids=MUTATIONS.keys())
def test_what_is_wrong_in_the_definition_is_seen(document, spoil, problem):
    for name in ("Dashboard", "Analysis"):
        spoil(document["Resources"][name]["Properties"]["Definition"])

    assert problem in Checker(document).find_problems()


@pytest.mark.parametrize(("spoil", "problem"), DOCUMENT_MUTATIONS.values(), ids=DOCUMENT_MUTATIONS.keys())
def test_what_is_wrong_between_resources_is_seen(document, spoil, problem):
    spoil(document)

    assert problem in Checker(document).find_problems()


def test_the_sheets_are_those_that_the_page_has_too():
    assert [sheet.name for sheet in SHEETS] == [
        "Overview",
        "Pictures",
        "Labels, text, entities",
        "Compare",
        "People",
        "Suspect content",
        "Spread",
    ]


def test_a_column_that_a_data_set_lacks_is_an_error_when_the_template_is_written():
    with pytest.raises(KeyError, match="Posts has no column Label"):
        DATA_SETS[0].check("Label")


def test_two_visuals_of_a_sheet_do_not_have_one_title():
    assert [sheet.name for sheet in SHEETS if len(name_visuals(sheet)) != len(sheet.visuals)] == []


def test_texts_and_authors_stay_out_of_quicksight(document):
    selected = {
        column["Name"]
        for data_set in of_type(document, "DataSet").values()
        for table in data_set["PhysicalTableMap"].values()
        for column in table["CustomSql"]["Columns"]
    }

    assert "id_str" in selected
    assert selected & PERSONAL == set()


def test_every_column_of_a_data_set_is_used_or_filters(document):
    checker = Checker(document)
    used = {
        (item["DataSetIdentifier"], item["ColumnName"]) for item in walk(checker.definition) if "ColumnName" in item
    }
    formulas = {
        (item["DataSetIdentifier"], name)
        for item in checker.definition["CalculatedFields"]
        for name in checker.data_sets[item["DataSetIdentifier"]]
        if f"{{{name}}}" in item["Expression"]
    }
    everywhere = {"Posted at", "Platform", "Language", "Sentiment"}

    unused = {
        (data_set, column)
        for data_set, columns in checker.data_sets.items()
        for column in columns.keys() - everywhere
        if (data_set, column) not in used | formulas
    }
    assert unused == set()
