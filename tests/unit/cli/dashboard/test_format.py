"""What the command writes has the keys that the page reads."""

import re
from pathlib import Path
from typing import get_args

import pytest

from photolake_cli.dashboard import rows
from photolake_cli.dashboard.pages import PAGE_ROWS, ROW_TYPES

ROOT = Path(__file__).parents[4]
FORMAT = (ROOT / "dashboard/src/data/format.ts").read_text()
TYPES = {
    "Index": rows.Index,
    "Names": rows.Names,
    "SavedQuery": rows.QueryText,
    "Answer": rows.Answer,
    **{f"{kind.capitalize()}Page": row for kind, row in ROW_TYPES.items()},
}
LISTED_NAMES = {
    "entities": rows.EntityName,
    "labels": rows.LabelName,
    "moderationLabels": rows.ModerationName,
}


def read_interface(name):
    """The keys of an interface, and what stands behind each."""
    [body] = re.findall(rf"^export interface {name} \{{\n(.*?)^\}}", FORMAT, re.MULTILINE | re.DOTALL)
    code = re.sub(r"/\*.*?\*/", "", body, flags=re.DOTALL)
    return dict(re.findall(r"^  (\w+)\??: (.*?);$", code, re.MULTILINE | re.DOTALL))


@pytest.mark.parametrize("name", TYPES)
def test_each_interface_has_the_keys_of_its_type(name):
    assert list(read_interface(name)) == list(TYPES[name].__annotations__)


@pytest.mark.parametrize("name", LISTED_NAMES)
def test_each_name_with_more_than_a_text_has_the_keys_of_its_type(name):
    keys = re.findall(r"(\w+):", read_interface("Names")[name])

    assert keys == list(LISTED_NAMES[name].__annotations__)


def test_the_error_of_an_analysis_has_the_keys_of_its_type():
    assert re.findall(r"(\w+):", read_interface("AnalysesPage")["errors"]) == list(rows.ApiError.__annotations__)


def test_a_face_has_as_many_values_as_the_page_reads():
    [body] = re.findall(r"export type Face = \[(.*?)\];", FORMAT, re.DOTALL)

    assert len(re.findall(r"\w+: ", body)) == len(get_args(rows.Face))


def test_version_and_kinds_are_the_pages():
    [kinds] = re.findall(r"export type PageKind = (.*);", FORMAT)

    assert f"export const FORMAT_VERSION = {rows.FORMAT_VERSION};" in FORMAT
    assert re.findall(r'"(\w+)"', kinds) == list(PAGE_ROWS) == list(ROW_TYPES)
